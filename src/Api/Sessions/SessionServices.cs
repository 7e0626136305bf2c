using Api.Sessions.Families;

namespace Api.Sessions;

internal static class SessionServices
{
    public static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<SessionStore>();
        services.AddSingleton<TokenFamilyStore>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<CurrentSession>();
        services.AddSingleton<SessionAdministration>();
    }
}
