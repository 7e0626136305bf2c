using Api.Hosting;

namespace Api.Discovery;

/// <summary>What anyone may learn about this server: its metadata (RFC 8414 §3) and its public keys (RFC 7517).</summary>
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
            .WithSummary("What this server is and can do (OpenID Connect Discovery 1.0 §4)")
            .Produces<AuthorizationServerMetadata>()
            .Produces(StatusCodes.Status304NotModified);

        group.MapGet(OAuthPath, (DiscoveryDocuments documents) => documents.Metadata)
            .WithSummary("The same document at the address of RFC 8414 §3")
            .Produces<AuthorizationServerMetadata>()
            .Produces(StatusCodes.Status304NotModified);

        group.MapGet(JwksPath, (DiscoveryDocuments documents, HttpContext http) => documents.GetKeySetAsync(http.RequestAborted))
            .WithSummary("The public keys that verify its tokens (RFC 7517 §5)")
            .Produces<JwkSet>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        group.MapGet("/health", (DiscoveryDocuments documents) => documents.Health)
            .WithSummary("Says that the program runs; asks nothing outside it")
            .Produces<HealthResponse>();

        foreach (var path in (string[])[OpenIdPath, OAuthPath, JwksPath, "/health"])
        {
            routes.MapMethodNotAllowed(path, HttpMethods.Get);
        }
    }
}
