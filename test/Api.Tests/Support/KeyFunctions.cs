using System.Text.Json;
using Api.Keys;

namespace Api.Tests.Support;

/// <summary>The key rotation and key revocation functions, invoked in process on one secret.</summary>
internal sealed class KeyFunctions(MotoServer moto, KeyOptions options, TimeProvider time)
{
    public static readonly string[] Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

    private readonly KeyRotation _rotation = new(SecretOf(moto, options), options, time);
    private readonly KeyRevocation _revocation = new(SecretOf(moto, options), options, time);

    public Task InitializeAsync() => RotationAsync("""{"Operation":"Initialize"}""");

    /// <summary>Runs all steps of a rotation, as Secrets Manager does.</summary>
    public async Task RotateAsync()
    {
        var token = Guid.NewGuid();

        foreach (var step in Steps)
        {
            await RotationAsync(JsonSerializer.Serialize(new { Step = step, ClientRequestToken = token }));
        }
    }

    public Task RevokeAsync(string kid) => RevocationAsync(JsonSerializer.Serialize(new { Kid = kid }));

    public async Task<string> RotationAsync(string json) => (await _rotation.HandleAsync(Parse(json))).Result;

    public async Task<string> RevocationAsync(string json) => (await _revocation.HandleAsync(Parse(json))).Result;

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static KeyRingSecret SecretOf(MotoServer moto, KeyOptions options) => new(new(() => MotoServer.ClientOf(moto.Address)), options);
}
