using Microsoft.Extensions.Options;

namespace Api.ApiDescription;

/// <summary>
/// Takes the place of Swagger UI in a native build, whose description of the routes would need reflection: a start that asks for it is
/// refused.
/// </summary>
internal static class SwaggerPages
{
    public static void AddSwaggerPages(this IServiceCollection services) =>
        services.AddSingleton<IValidateOptions<AuthorizationServerOptions>, NoSwagger>();

    public static void UseSwaggerPages(this WebApplication app) =>
        throw new InvalidOperationException($"{app.Environment.ApplicationName} was built without Swagger UI.");

    private sealed class NoSwagger : IValidateOptions<AuthorizationServerOptions>
    {
        public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options) => options.Swagger
            ? ValidateOptionsResult.Fail("Swagger is true, and this native build has no Swagger UI: set Swagger to false.")
            : ValidateOptionsResult.Success;
    }
}
