using Api.OAuth;

namespace Api.Clients;

/// <summary>Tells which client has sent a request to the token endpoint, by what it authenticates with (RFC 6749 §2.3).</summary>
internal sealed class ClientAuthentication(ClientDirectory clients, AssertionAuthentication assertions)
{
    /// <summary>The client, enabled or not; or the refusal.</summary>
    public async ValueTask<(Client? Client, OAuthError? Error)> AuthenticateAsync(
        PresentedCredentials credentials, CancellationToken cancellation)
    {
        if (credentials is ClientAssertion assertion)
        {
            var (client, fault) = await assertions.AuthenticateAsync(assertion, cancellation);

            return (client, fault is null ? null : OAuthError.InvalidClient(fault));
        }

        var secret = ((PresentedSecret)credentials).Secret;

        return await clients.AuthenticateAsync(credentials.ClientId, secret, credentials.Method, cancellation) is { } found
            ? (found, null)
            : (null, OAuthError.InvalidClient(credentials.Method is AuthenticationMethods.SecretBasic));
    }
}
