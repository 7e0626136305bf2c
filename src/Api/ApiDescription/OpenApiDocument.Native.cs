using System.Text.Json.Nodes;
using Api.Configuration;
using Api.OAuth;

namespace Api.ApiDescription;

/// <summary>
/// The OpenAPI document of a native build, which cannot generate it by reflection. It is <c>openapi.json</c>, written by every
/// ordinary build, with the token endpoint and the scopes of this server.
/// </summary>
internal static class OpenApiDocument
{
    // Nothing to register: the document is an embedded resource.
    public static void AddOpenApiDocument(this IServiceCollection services) => _ = services;

    public static void UseOpenApiDocument(this WebApplication app)
    {
        var document = new Lazy<string>(() => Read(app.Services.GetRequiredService<AuthorizationServerOptions>()));
        app.MapGet(
            $"/swagger/{SwaggerPages.DocumentName}/swagger.json",
            () => TypedResults.Text(document.Value, "application/json; charset=utf-8"))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    /// <summary>Returns the document of an app that has not started.</summary>
    public static Task<string> GetOpenApiDocumentAsync(this WebApplication app) =>
        Task.FromResult(Read(app.Services.GetRequiredService<AuthorizationServerOptions>()));

    private static string Read(AuthorizationServerOptions options)
    {
        using var resource = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        var document = JsonNode.Parse(resource)!;
        var flows = document["components"]!["securitySchemes"]!["oauth2"]!["flows"]!.AsObject();
        var root = new Uri(options.Issuer).AbsolutePath.TrimEnd('/');
        flows["clientCredentials"]!["tokenUrl"] = root + EndpointPaths.Token;
        flows["clientCredentials"]!["scopes"] = ScopesOf(options, []);

        if (options.SignIn)
        {
            flows["authorizationCode"]!["authorizationUrl"] = root + EndpointPaths.Authorize;
            flows["authorizationCode"]!["tokenUrl"] = root + EndpointPaths.Token;
            flows["authorizationCode"]!["scopes"] = ScopesOf(options, Scope.OpenIdConnect);
        }
        else
        {
            flows.Remove("authorizationCode");
        }

        return document.ToJsonString();
    }

    private static JsonObject ScopesOf(AuthorizationServerOptions options, IEnumerable<string> more) => new(
        Scope.Parse(options.Scopes)!.Value.Union(more).Select(scope => KeyValuePair.Create(scope, (JsonNode?)$"Tokens with scope {scope}")));
}
