using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.OAuth;

/// <summary>Validates the settings <c>Scopes</c> and <c>SignUpScopes</c>.</summary>
internal sealed class ScopesValidator : IValidateOptions<AuthorizationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options)
    {
        if (Scope.Parse(options.Scopes) is not { Length: <= Scope.MaximumCount } scopes || !scopes.Contains(Scope.User) || !scopes.Contains(Scope.Admin))
        {
            return ValidateOptionsResult.Fail(
                $"Scopes '{options.Scopes}' must be at most {Scope.MaximumCount} scopes (RFC 6749 §3.3) separated by spaces. "
                + $"It must include {Scope.User} and {Scope.Admin}, or no client can call /user or /admin.");
        }

        return Scope.Parse(options.SignUpScopes) is { } signUp && signUp.All(scope => scope is not Scope.Admin && scopes.Contains(scope))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"SignUpScopes '{options.SignUpScopes}' must be scopes of Scopes, separated by spaces, without {Scope.Admin}, "
                + "or anyone could administer the server.");
    }
}

internal static class OAuthServices
{
    public static void AddOAuth(this IServiceCollection services) =>
        services.AddSingleton<IValidateOptions<AuthorizationServerOptions>, ScopesValidator>();
}
