using Api.Configuration;
using Api.OAuth;

namespace Api.Clients;

/// <summary>
/// The public client of Swagger UI, through which a person signs in to try the routes. It exists only where Swagger UI and sign-in are
/// switched on, and is not in the client store.
/// </summary>
internal sealed class SwaggerClient(AuthorizationServerOptions options)
{
    public const string ClientId = "swagger-ui";

    /// <summary>The page to which Swagger UI lets the browser return, relative to the issuer.</summary>
    private const string RedirectPath = "/swagger/oauth2-redirect.html";

    /// <summary>The client; null: Swagger UI or sign-in is off.</summary>
    public Client? Client { get; } = options is not { Swagger: true, SignIn: true } ? null : new()
    {
        ClientId = ClientId,
        ClientName = "Swagger UI",
        Scopes = Scope.Parse(options.Scopes)!.Value,
        AuthenticationMethod = AuthenticationMethods.None,
        GrantTypes = [GrantTypes.AuthorizationCode],
        RedirectUris = [options.Issuer + RedirectPath],
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        // It cannot be changed, so it needs no version.
        Version = "",
    };
}
