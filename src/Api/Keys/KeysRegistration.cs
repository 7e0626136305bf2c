namespace Api.Keys;

internal static class KeysRegistration
{
    public static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton(provider => KeySchedule.From(provider.GetRequiredService<AuthorizationServerOptions>()));
        services.AddSingleton<KeyRingFile>();
        services.AddSingleton<KeyRingCache>();
    }
}
