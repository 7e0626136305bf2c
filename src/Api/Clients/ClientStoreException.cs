namespace Api.Clients;

/// <summary>The registered clients cannot be had: the message names where they are kept, what is wrong and the remedy.</summary>
internal sealed class ClientStoreException(string message, Exception? cause = null) : Exception(message, cause);
