using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.Hosting;

/// <summary>The rule of the setting <c>CorsOrigins</c>.</summary>
internal sealed class CorsOriginsValidator : IValidateOptions<AuthorizationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options) =>
        CrossOrigin.Origins(options).FirstOrDefault(origin => !CrossOrigin.IsOrigin(origin)) is not { } wrong
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"CorsOrigins has '{wrong}': an origin is scheme, host and port, such as https://app.example, separated from the next by a "
                + "space, or no browser would ever match it.");
}
