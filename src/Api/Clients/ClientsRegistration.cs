namespace Api.Clients;

internal static class ClientsRegistration
{
    public static void AddClients(this IServiceCollection services)
    {
        services.AddSingleton<SqliteClientStore>();
        services.AddSingleton<FirstClient>();
        services.AddSingleton<IClientStore>(provider => provider.GetRequiredService<AuthorizationServerOptions>().FirstClientSecretId is ""
            ? provider.GetRequiredService<SqliteClientStore>()
            : provider.GetRequiredService<FirstClient>());
        services.AddSingleton<ClientRegistry>();
        services.AddSingleton<DevelopmentClient>();
    }
}
