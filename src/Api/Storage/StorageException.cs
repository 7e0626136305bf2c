using Api.Foundation;

namespace Api.Storage;

/// <summary>The document store is unavailable. The message names it, the fault and the remedy.</summary>
internal class StorageException(string message, Exception? cause = null) : UnavailableException(message, cause);
