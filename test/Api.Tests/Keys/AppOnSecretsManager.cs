using Amazon.SecretsManager;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Keys;

/// <summary>Apps with their keys in Secrets Manager, behind a proxy that can fail, and the key functions.</summary>
public abstract class AppOnSecretsManager(MotoServer moto) : IAsyncLifetime
{
    private protected SettableTime Time { get; } = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    private protected UnreliableProxy Proxy { get; private set; } = null!;

    private protected KeyOptions Options { get; private set; } = null!;

    private protected KeyFunctions Functions { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Proxy = await UnreliableProxy.StartAsync(moto.Address);
        Options = new() { SigningKeySecretId = await moto.CreateSecretAsync() };
        Functions = new(moto, Options, Time);
    }

    public async Task DisposeAsync() => await Proxy.DisposeAsync();

    private protected ApiFactory Start() => new ApiFactory
    {
        Time = Time,
        Replace = services => services.AddSingleton(new Lazy<AmazonSecretsManagerClient>(() => MotoServer.ClientOf(Proxy.Address))),
    }.Set("SigningKeySecretId", Options.SigningKeySecretId);
}
