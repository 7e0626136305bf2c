using Api.OAuth;
using Api.SignIn.IdTokens;
using Api.SignIn.Logout;
using Api.Tokens.Grants;

namespace Api.SignIn.Authorization;

/// <summary>The authorization endpoint, the logout endpoint and the authorization code grant.</summary>
internal static class AuthorizationServices
{
    public static void AddAuthorizationEndpoints(this IServiceCollection services)
    {
        services.AddSingleton<AuthorizationRequestReader>();
        services.AddSingleton<AuthorizationFlow>();
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<Consents>();
        services.AddSingleton<SignInDemands>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<UserTokens>();
        services.AddSingleton<IdTokenHints>();
        services.AddSingleton<IdTokenIssuer>();
        services.AddSingleton<LogoutFlow>();
        services.AddSingleton<AuthorizationCodeGrant>();
        services.AddSingleton(new GrantType(
            GrantTypes.AuthorizationCode, provider => provider.GetRequiredService<AuthorizationCodeGrant>()));
        services.AddSingleton<RefreshTokenGrant>();
        services.AddSingleton(new GrantType(GrantTypes.RefreshToken, provider => provider.GetRequiredService<RefreshTokenGrant>()));
    }

    public static void MapAuthorizationEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapAuthorizationEndpoint();
        routes.MapLogoutEndpoint();
    }
}
