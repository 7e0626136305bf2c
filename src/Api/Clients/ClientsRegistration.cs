namespace Api.Clients;

internal static class ClientsRegistration
{
    public static void AddClients(this IServiceCollection services)
    {
        services.AddSingleton<SqliteClientStore>();
        services.AddSingleton<ClientRegistry>();
        services.AddSingleton<DevelopmentClient>();
    }
}
