using Api.OAuth;

namespace Api.Clients;

/// <summary>Authenticates the client of a request to the token endpoint (RFC 6749 §2.3).</summary>
internal sealed class ClientAuthentication(ClientSecretAuthentication secrets, ClientAssertionAuthentication assertions)
{
    /// <summary>The client, enabled or not, or the error.</summary>
    public ValueTask<(Client? Client, OAuthError? Error)> AuthenticateAsync(
        PresentedCredentials credentials, CancellationToken cancellation) => credentials switch
        {
            PresentedSecret secret => secrets.AuthenticateAsync(secret, cancellation),
            ClientAssertion assertion => assertions.AuthenticateAsync(assertion, cancellation),
            _ => new((null, OAuthError.InvalidClient(triedBasic: false))),
        };
}
