using Amazon.SecretsManager;

namespace Api.Clients;

internal static class ClientsRegistration
{
    public static void AddClients(this IServiceCollection services)
    {
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<SqliteClientStore>();
        services.AddSingleton<IClientStore>(provider => provider.GetRequiredService<SqliteClientStore>());
        services.AddSingleton<ClientCache>();
        // Where there is no such client, there need be no AWS either.
        services.AddSingleton(provider => new Lazy<AmazonSecretsManagerClient>(provider.GetRequiredService<AmazonSecretsManagerClient>));
        services.AddSingleton<FirstClient>();
        services.AddSingleton<SecretUses>();
        services.AddSingleton<ClientRegistry>();
        services.AddSingleton<ClientAdministration>();
        services.AddSingleton<DevelopmentClient>();
    }
}
