namespace Api.Clients;

internal static class ClientServices
{
    public static void AddClients(this IServiceCollection services)
    {
        services.AddSingleton<ClientStore>();
        services.AddSingleton<ClientCache>();
        services.AddSingleton<BootstrapClient>();
        services.AddSingleton<SwaggerClient>();
        services.AddSingleton<LastUsedRecorder>();
        services.AddSingleton<ClientDirectory>();
        services.AddSingleton<ClientKeySets>();
        services.AddSingleton<ClientSecretAuthentication>();
        services.AddSingleton<ClientAssertionAuthentication>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<AuditedClientStore>();
        services.AddSingleton<ClientAdministration>();
        services.AddSingleton<DevelopmentClient>();
    }
}
