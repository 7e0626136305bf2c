namespace Api.Foundation;

/// <summary>Something outside the process that a request needs is unavailable. The message names it, what is wrong and the remedy.</summary>
internal abstract class UnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the code that threw this has logged it already.</summary>
    public virtual bool IsLogged => false;
}
