namespace Api.Storage;

/// <summary>
/// One change of a document and the condition for it. The condition also holds if this very change has been made already, so that a
/// request whose answer was lost can be sent again.
/// </summary>
internal abstract record DocumentWrite(DocumentKey Key)
{
    /// <summary>Adds a document. Condition: there is no document with this key.</summary>
    internal sealed record Add(Document Document) : DocumentWrite(Document.Key);

    /// <summary>Replaces a document. Condition: its version is <paramref name="Before"/>.</summary>
    internal sealed record Replace(Document Document, string Before) : DocumentWrite(Document.Key);

    /// <summary>
    /// Deletes a document. Condition: its version is <paramref name="Before"/>, or it does not exist. Two callers can both succeed: to let
    /// only one of them use a document, use <see cref="Replace"/>.
    /// </summary>
    internal sealed record Delete(DocumentKey Key, string Before) : DocumentWrite(Key);
}
