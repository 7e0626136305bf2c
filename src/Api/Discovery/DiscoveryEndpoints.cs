using Api.Hosting;

namespace Api.Discovery;

/// <summary>The public endpoints: metadata (RFC 8414 §3), key set (RFC 7517 §5) and health.</summary>
internal static class DiscoveryEndpoints
{
    public const string JwksPath = "/.well-known/jwks.json";

    private const string OpenIdPath = "/.well-known/openid-configuration";
    private const string OAuthPath = "/.well-known/oauth-authorization-server";

    public static void AddDiscovery(this IServiceCollection services) => services.AddSingleton<DiscoveryDocuments>();

    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").AllowAnonymous().WithTags("Discovery");
        group.ShortCircuit();

        group.MapGet(OpenIdPath, (DiscoveryDocuments documents) => documents.Metadata)
            .WithSummary("The server metadata (OpenID Connect Discovery 1.0 §4).")
            .Produces<AuthorizationServerMetadata>()
            .Produces(StatusCodes.Status304NotModified);

        group.MapGet(OAuthPath, (DiscoveryDocuments documents) => documents.Metadata)
            .WithSummary("The same metadata at the path of RFC 8414 §3.")
            .Produces<AuthorizationServerMetadata>()
            .Produces(StatusCodes.Status304NotModified);

        group.MapGet(JwksPath, (DiscoveryDocuments documents, HttpContext http) => documents.GetKeySetAsync(http.RequestAborted))
            .WithSummary("The public keys that verify access tokens (RFC 7517 §5).")
            .Produces<JwkSet>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        group.MapGet("/health", (DiscoveryDocuments documents) => documents.Health)
            .WithSummary("Reports that the server is running. It calls no other service.")
            .Produces<HealthResponse>();

        foreach (var path in (string[])[OpenIdPath, OAuthPath, JwksPath, "/health"])
        {
            routes.MapMethodNotAllowed(path, HttpMethods.Get);
        }
    }
}
