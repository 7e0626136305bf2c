using Api.Clients;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace Api.Bearer;

/// <summary>
/// Authenticates callers by bearer token (RFC 6750 §2.1), which <see cref="AccessTokenHandler"/> checks. Denies every route that has no
/// policy of its own.
/// </summary>
internal static class BearerAuthentication
{
    // RFC 6750 §3: at least one attribute, also without an error.
    public const string Challenge = "Bearer realm=\"api\"";

    public static void AddBearerAuthentication(this IServiceCollection services)
    {
        // AddAuthentication would add data protection, which writes keys to the disk at the first start.
        services.AddAuthenticationCore(options => options.DefaultScheme = JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<JwtBearerOptions, JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme, configureOptions: null);
        services.AddSingleton<KeyRingConfigurationManager>();
        services.AddSingleton<AccessTokenHandler>();
        services.AddSingleton<AccessTokenVerifier>();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<KeyRingConfigurationManager, AccessTokenHandler>(Configure);
        // Every protected route creates the handlers, but only those below /admin need the client store.
        services.AddSingleton<IAuthorizationHandler>(
            provider => new ActiveClientHandler(provider.GetRequiredService<ClientDirectory>, provider.GetRequiredService<SignInCheck>));
        services.AddSingleton<SignInCheck>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationResultHandler>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireToken().RequireAssertion(IsWithoutRoute).Build());
    }

    /// <summary>Requires a token that this scheme has checked.</summary>
    // Without the scheme, the user of the web server would do. On Lambda, that is the caller that the gateway's authorizer names.
    public static AuthorizationPolicyBuilder RequireToken(this AuthorizationPolicyBuilder policy) =>
        policy.AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireAuthenticatedUser();

    // A caller with a valid token gets 404 or 405 if no route matches. A route without a policy is denied to every caller.
    private static bool IsWithoutRoute(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;

    private static void Configure(JwtBearerOptions bearer, KeyRingConfigurationManager keys, AccessTokenHandler accessTokens)
    {
        bearer.ConfigurationManager = keys;
        bearer.TokenHandlers.Clear();
        bearer.TokenHandlers.Add(accessTokens);
        bearer.TokenValidationParameters = accessTokens.Rules;
        bearer.Challenge = Challenge;
        // The texts of the library quote the token.
        bearer.IncludeErrorDetails = false;
        bearer.Events = new() { OnChallenge = ChallengeAsync, OnForbidden = ForbidAsync };
    }

    // RFC 6750 §3.1: no error code for a request without a token.
    private static Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        if (context.AuthenticateFailure is not null)
        {
            context.Error = "invalid_token";
            context.ErrorDescription = context.AuthenticateFailure is SecurityTokenInvalidLifetimeException
                ? "The access token is expired or not valid yet."
                : "The access token is not valid.";
        }

        return Task.CompletedTask;
    }

    private static Task ForbidAsync(ForbiddenContext context)
    {
        var scope = ScopeRequirement.Of(context.HttpContext.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty);
        context.Response.Headers[HeaderNames.WWWAuthenticate] =
            $"{Challenge}, error=\"insufficient_scope\"" + (scope is null ? "" : $", scope=\"{scope}\"");

        return Task.CompletedTask;
    }
}
