using Api.Audit;
using Api.Clients;
using Api.Hosting;
using Api.OAuth;

namespace Api.Tokens;

/// <summary>A request that a client authenticates (RFC 6749 §2.3): its parameters and its client, or the error.</summary>
/// <param name="Parameters">The parameters; null if they cannot be read.</param>
/// <param name="Credentials">What the client presented; null if it cannot be read.</param>
/// <param name="Client">The authenticated client, which is enabled; null if there is an error.</param>
/// <param name="Error">The error; null: none.</param>
internal sealed record ClientRequest(
    RequestParameters? Parameters, PresentedCredentials? Credentials, Client? Client, OAuthError? Error)
{
    private const int MaximumBodyLength = 16 * 1024;

    /// <summary>Reads and authenticates a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="authentication">Authenticates the client.</param>
    /// <param name="required">The parameter that the request must have.</param>
    public static async Task<ClientRequest> ReadAsync(HttpContext http, ClientAuthentication authentication, string required)
    {
        http.Response.NoStore();
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request, MaximumBodyLength);

        if (unreadable is not null)
        {
            return new(null, null, null, OAuthError.InvalidBody(unreadable));
        }

        if (!RequestParameters.TryParse(http.Request.ContentType, body, out var parameters, out var error))
        {
            return new(null, null, null, error);
        }

        if (parameters[required] is null)
        {
            return new(parameters, null, null, OAuthError.InvalidRequest($"The {required} is missing."));
        }

        if (!PresentedCredentials.TryParse(http.Request.Headers.Authorization, parameters, out var credentials, out error))
        {
            return new(parameters, null, null, error);
        }

        (var client, error) = await authentication.AuthenticateAsync(credentials, http.RequestAborted);

        return client is { Enabled: false }
            ? new(parameters, credentials, client, OAuthError.UnauthorizedClient)
            : new(parameters, credentials, client, error);
    }

    /// <summary>Logs why the request is refused, and returns the response.</summary>
    public OAuthError Refuse(HttpContext http, AuditLog audit, OAuthError error)
    {
        audit.TokenRefused(
            http, Client?.ClientId, Credentials?.ClientId ?? Parameters?.ClientId, Parameters?.Scope, error.Error, error.Reason);

        return error;
    }
}
