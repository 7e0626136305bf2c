namespace Api.Clients;

/// <summary>A client as a store has it: one that can be used, or the id of a damaged one and what is wrong with it.</summary>
internal sealed record StoredClient(string ClientId, Client? Client, string? Fault = null)
{
    /// <param name="clientId">The id that the client is kept under.</param>
    /// <param name="parse">Reads it; throws a <see cref="FormatException"/> where it is damaged.</param>
    public static StoredClient Read(string clientId, Func<Client> parse)
    {
        try
        {
            return new(clientId, parse());
        }
        catch (FormatException exception)
        {
            return new(clientId, null, exception.Message);
        }
    }

    /// <exception cref="DamagedClientException">It is damaged.</exception>
    public Client Require(string where) => Client ?? throw new DamagedClientException(this, where);
}
