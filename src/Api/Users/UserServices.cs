namespace Api.Users;

internal static class UserServices
{
    public static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserStore>();
        services.AddSingleton<EnrollmentLinks>();
        services.AddSingleton<Enrollment>();
        services.AddSingleton<UserChanges>();
        services.AddSingleton<UserAdministration>();
        services.AddSingleton<DevelopmentUser>();
    }
}
