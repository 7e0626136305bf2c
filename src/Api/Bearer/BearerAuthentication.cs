using Api.Clients;
using Api.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace Api.Bearer;

/// <summary>Checks bearer tokens (RFC 6750 §2.1, RFC 9068 §4) with our own keys, and denies every route that is neither guarded nor opened.</summary>
internal static class BearerAuthentication
{
    // RFC 6750 §3: at least one attribute, also where there is no token and hence no error.
    public const string Challenge = "Bearer realm=\"api\"";

    // No request line and headers above this size pass the gateway.
    private const int MaximumTokenLength = 10_240;

    public static void AddBearerAuthentication(this IServiceCollection services)
    {
        // AddAuthentication would bring data protection along, which writes keys of its own to the disk at each first start.
        services.AddAuthenticationCore(options => options.DefaultScheme = JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<JwtBearerOptions, JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme, configureOptions: null);
        services.AddSingleton<KeyRingConfigurationManager>();
        services.AddSingleton<VerifiedTokens>();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<AuthorizationServerOptions, KeyRingConfigurationManager, VerifiedTokens, TimeProvider>(Configure);
        // Every guarded route makes the handlers; only those below /admin need the client store.
        services.AddSingleton<IAuthorizationHandler>(
            provider => new ActiveClientHandler(provider.GetRequiredService<ClientDirectory>));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationResultHandler>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireToken().RequireAssertion(IsAboutNoRoute).Build());
    }

    /// <summary>Asks for a token that was checked here.</summary>
    // The scheme is named, or whom the server in front of this code takes the caller for would do as well: on Lambda, whomever the
    // gateway's authorizer names.
    public static AuthorizationPolicyBuilder RequireToken(this AuthorizationPolicyBuilder policy) =>
        policy.AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireAuthenticatedUser();

    // Who has a good token is told that there is nothing (404, 405); a route that somebody forgot to guard is denied to everybody.
    private static bool IsAboutNoRoute(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;

    private static void Configure(
        JwtBearerOptions bearer, AuthorizationServerOptions server, KeyRingConfigurationManager keys, VerifiedTokens verified, TimeProvider time)
    {
        bearer.Challenge = Challenge;
        bearer.ConfigurationManager = keys;
        // The texts of failed checks quote the token.
        bearer.IncludeErrorDetails = false;
        bearer.Events = new()
        {
            OnMessageReceived = verified.FindAsync,
            OnTokenValidated = verified.KeepAsync,
            OnAuthenticationFailed = keys.RetryAsync,
            OnChallenge = ChallengeAsync,
            OnForbidden = ForbidAsync,
        };

        bearer.TokenHandlers.Clear();
        bearer.TokenHandlers.Add(new AccessTokenHandler { MapInboundClaims = false, MaximumTokenSizeInBytes = MaximumTokenLength });

        bearer.TokenValidationParameters = new()
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [server.AccessTokenType],
            ValidIssuer = server.Issuer,
            ValidAudience = server.Audience,
            // It is compared character by character, here as at the gateway.
            IgnoreTrailingSlashWhenValidatingAudience = false,
            // A token without a key ID, or with one that we did not publish, is not worth trying.
            TryAllIssuerSigningKeys = false,
            NameClaimType = JwtRegisteredClaimNames.Sub,
            LifetimeValidator = (notBefore, expires, _, _) => IsAlive(notBefore, expires, time.GetUtcNow().UtcDateTime),
        };
    }

    // The app's own clock, as for signing; a token without an end is refused.
    private static bool IsAlive(DateTime? notBefore, DateTime? expires, DateTime now) =>
        expires > now - AuthorizationServerOptions.ClockSkew
        && !(notBefore > now + AuthorizationServerOptions.ClockSkew);

    // RFC 6750 §3.1: no error code for a request that carries no token.
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
