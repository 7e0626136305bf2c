using Api.OAuth;

namespace Api.Clients;

/// <summary>Authenticates the client of a request to the token endpoint (RFC 6749 §2.3).</summary>
internal sealed class ClientAuthentication(
    ClientSecretAuthentication secrets, ClientAssertionAuthentication assertions, ClientDirectory clients)
{
    /// <summary>The client, enabled or not, or the error.</summary>
    public ValueTask<(Client? Client, OAuthError? Error)> AuthenticateAsync(
        PresentedCredentials credentials, CancellationToken cancellation) => credentials switch
        {
            PresentedSecret secret => secrets.AuthenticateAsync(secret, cancellation),
            ClientAssertion assertion => assertions.AuthenticateAsync(assertion, cancellation),
            _ => IdentifyAsync(credentials.ClientId, cancellation),
        };

    // Anyone can send the client ID of a public client. The grant has to prove that this client started it (RFC 7636).
    private async ValueTask<(Client? Client, OAuthError? Error)> IdentifyAsync(string clientId, CancellationToken cancellation) =>
        await clients.FindAsync(clientId, cancellation) is { IsPublic: true } client
            ? (client, null)
            : (null, OAuthError.InvalidClient(triedBasic: false));
}
