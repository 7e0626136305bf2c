using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.OAuth;

/// <summary>Validates the setting <c>Scopes</c>.</summary>
internal sealed class ScopesValidator : IValidateOptions<AuthorizationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options) =>
        Scope.Parse(options.Scopes) is { Length: <= Scope.MaximumCount } scopes && scopes.Contains(Scope.User) && scopes.Contains(Scope.Admin)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Scopes '{options.Scopes}' must be at most {Scope.MaximumCount} scopes (RFC 6749 §3.3) separated by spaces. "
                + $"It must include {Scope.User} and {Scope.Admin}, or no client can call /user or /admin.");
}

internal static class OAuthServices
{
    public static void AddOAuth(this IServiceCollection services) =>
        services.AddSingleton<IValidateOptions<AuthorizationServerOptions>, ScopesValidator>();
}
