using Api.OAuth;

namespace Api.Clients;

/// <summary>Authenticates clients by <c>client_secret</c> (RFC 6749 §2.3.1).</summary>
internal sealed class ClientSecretAuthentication(ClientDirectory clients, LastUsedRecorder uses, TimeProvider time)
{
    private static readonly Client Unknown = new() { ClientId = "", ClientName = "", Scopes = [], CreatedAt = default };

    /// <summary>The client, enabled or not, or the error, which is the same for an unknown client and a wrong secret.</summary>
    public async ValueTask<(Client? Client, OAuthError? Error)> AuthenticateAsync(
        PresentedSecret presented, CancellationToken cancellation)
    {
        var client = await clients.FindAsync(presented.ClientId, cancellation);
        var now = time.GetUtcNow();
        // An unknown client costs the same work, so that the response time does not reveal which clients exist.
        var secret = (client ?? Unknown).FindSecret(ClientSecret.Hash(presented.Secret), now);

        if (client is null || secret is null || !client.MayUse(presented.Method))
        {
            return (null, OAuthError.InvalidClient(triedBasic: presented.Method is AuthenticationMethods.SecretBasic));
        }

        uses.Note(client, secret, DateOnly.FromDateTime(now.UtcDateTime));

        return (client, null);
    }
}
