using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.Hosting;

/// <summary>Validates the setting <c>CorsOrigins</c>.</summary>
internal sealed class CorsOriginsValidator : IValidateOptions<AuthorizationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options) =>
        CrossOrigin.Origins(options).FirstOrDefault(origin => !CrossOrigin.IsOrigin(origin)) is not { } wrong
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"CorsOrigins contains '{wrong}', which no browser sends. An origin is scheme, host and port, such as "
                + "https://app.example. Separate origins with spaces.");
}
