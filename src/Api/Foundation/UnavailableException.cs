namespace Api.Foundation;

/// <summary>An external dependency of a request is unavailable. The message names it, the fault and the remedy.</summary>
internal abstract class UnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the thrower has already logged the exception.</summary>
    public virtual bool IsLogged => false;
}
