using System.Text.Json;
using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

/// <summary>A secret in an emulator of Secrets Manager for each test, and the key functions that change it.</summary>
public abstract class RotatedSecret(MotoServer moto) : IAsyncLifetime
{
    private protected SettableTime Time { get; } = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    private protected KeyRingSecret Secret { get; private set; } = null!;

    private protected KeyFunctions Functions { get; private set; } = null!;

    protected MotoServer Moto => moto;

    public async Task InitializeAsync()
    {
        var options = new KeyOptions { SigningKeySecretId = await moto.CreateSecretAsync() };
        Secret = new(new(() => MotoServer.ClientOf(moto.Address)), options);
        Functions = new(moto, options, Time);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private protected async Task AssertRotatesAsync()
    {
        var before = (await Secret.LoadAsync(default)).Newest.Kid;
        await RotateAsync(Guid.NewGuid());
        Assert.NotEqual(before, (await Secret.LoadAsync(default)).Newest.Kid);
    }

    /// <summary>Leaves the secret with a pending version and no current one, as RotateSecret does with a new secret.</summary>
    private protected async Task MakeNothingCurrentAsync(Guid pending)
    {
        using var client = MotoServer.ClientOf(Moto.Address);
        await client.UpdateSecretVersionStageAsync(
            new() { SecretId = Secret.SecretId, VersionStage = "AWSCURRENT", RemoveFromVersionId = pending.ToString() });
        await Assert.ThrowsAsync<KeyRingException>(() => Secret.LoadAsync(default));
    }

    private protected async Task RotateAsync(Guid rotation)
    {
        foreach (var step in KeyFunctions.Steps)
        {
            await StepAsync(step, rotation);
        }
    }

    private protected Task<string> StepAsync(string step, Guid rotation) => InvokeAsync(Event(step, rotation));

    private protected string Event(string step, Guid rotation) =>
        JsonSerializer.Serialize(new { Step = step, ClientRequestToken = rotation, Secret.SecretId });

    private protected async Task<string> RefusedAsync(string json)
    {
        var exception = await Record.ExceptionAsync(() => InvokeAsync(json));
        Assert.True(exception is InvalidOperationException or KeyRingException, exception?.ToString());

        return exception!.Message;
    }

    private protected async Task<string> InvokeAsync(string json)
    {
        var result = await Functions.RotationAsync(json);
        Leaks.AssertNoneIn(result, "the result, which is logged");

        return result;
    }
}
