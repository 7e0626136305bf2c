using Api.Clients;

namespace Api.Tokens;

/// <summary>Tells which client has sent a request to the token endpoint, by what it authenticates with (RFC 6749 §2.3).</summary>
internal sealed class ClientAuthentication(ClientRegistry clients, AssertionAuthentication assertions)
{
    /// <summary>The client, enabled or not; or the refusal.</summary>
    public async ValueTask<(Client? Client, TokenError? Error)> AuthenticateAsync(
        ClientCredentials credentials, CancellationToken cancellation)
    {
        if (credentials is ClientAssertion assertion)
        {
            var (client, fault) = await assertions.AuthenticateAsync(assertion, cancellation);

            return (client, fault is null ? null : TokenError.InvalidClient(fault));
        }

        var secret = ((PresentedSecret)credentials).Secret;

        return await clients.AuthenticateAsync(credentials.ClientId, secret, credentials.Method, cancellation) is { } found
            ? (found, null)
            : (null, TokenError.InvalidClient(credentials.Method is AuthenticationMethods.SecretBasic));
    }
}
