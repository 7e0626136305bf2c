using Api.Clients;

namespace Api.ApiDescription;

/// <summary>Swagger UI. Its Authorize button gets a token from this server: of a person who signs in, or of a client.</summary>
internal static class SwaggerPages
{
    /// <summary>The name of the OpenAPI document.</summary>
    public const string DocumentName = "v1";

    /// <summary>
    /// Serves the OpenAPI document and Swagger UI without authorization: anyone who can reach the server can read them.
    /// </summary>
    public static void UseSwaggerPages(this WebApplication app)
    {
        app.UseOpenApiDocument();
        app.UseSwaggerUI(options =>
        {
            options.DocumentTitle = "Token issuer";
            options.OAuthClientId(SwaggerClient.ClientId);
            options.OAuthUsePkce();
            options.SwaggerEndpoint($"{DocumentName}/swagger.json", "Token issuer");
        });
        app.MapGet("/", () => TypedResults.LocalRedirect("~/swagger")).AllowAnonymous().ExcludeFromDescription();
    }
}
