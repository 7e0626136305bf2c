using Api.Configuration;
using Api.OAuth;

namespace Api.Clients;

/// <summary>The client that the first start in development creates, so that a developer can get a token at once.</summary>
internal sealed class DevelopmentClient(ClientStore store, AuthorizationServerOptions options, TimeProvider time)
{
    public const string ClientId = "development";

    /// <summary>Creates the client if the store has no clients. Returns its secret, or null if it was not created.</summary>
    public async Task<string?> CreateAsync(CancellationToken cancellation)
    {
        if (await store.ListAsync(after: null, limit: 1, cancellation) is not [])
        {
            return null;
        }

        var now = time.GetUtcNow();
        var (secret, clearText) = ClientSecret.Generate(now);
        var client = new Client
        {
            ClientId = ClientId,
            ClientName = "Development",
            Scopes = Scope.Parse(options.Scopes)!.Value,
            Secrets = [secret],
            CreatedAt = now,
            UpdatedAt = now,
        };

        return await store.AddAsync(client, cancellation) ? clearText : null;
    }
}
