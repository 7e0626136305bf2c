using Api.Foundation;

namespace Api.Storage;

/// <summary>The store of clients is unavailable: the message names it, what is wrong and the remedy.</summary>
internal class StorageException(string message, Exception? cause = null) : UnavailableException(message, cause);
