using System.Text;
using System.Text.Json;
using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

/// <summary>Rotations that the rotation function refuses or abandons. The next rotation works.</summary>
[Collection(MotoKeysCollection.Name)]
public sealed class RefusedRotationTests(MotoServer moto) : RotatedSecret(moto)
{
    [FactWith(Tool.Moto)]
    public async Task Two_rotations_at_once_end_in_one_ring()
    {
        await RotateAsync(Guid.NewGuid());
        Time.Now += TimeSpan.FromDays(30);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());

        await StepAsync("createSecret", one);
        await StepAsync("createSecret", other);
        await StepAsync("testSecret", one);
        await StepAsync("testSecret", other);
        Assert.Contains("not pending", await RefusedAsync(Event("finishSecret", one)), StringComparison.Ordinal);
        await StepAsync("finishSecret", other);

        Assert.Equal(2, (await Secret.LoadAsync(default)).Keys.Length);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_of_an_older_ring_is_abandoned_and_the_next_one_works()
    {
        await RotateAsync(Guid.NewGuid());
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        var pending = (await Secret.FindVersionAsync(rotation.ToString(), default))!;
        await ReplaceAsync((await Secret.LoadAsync(default)).Rotate(TestKeys.Many[0], Time.Now), rotation);

        var refusal = await RefusedAsync(Event("finishSecret", rotation));

        Assert.Contains("dropped", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain((await Secret.LoadAsync(default)).Keys, key => key.Kid == pending.Newest.Kid);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Late_rotation_is_abandoned_and_the_next_one_works()
    {
        await RotateAsync(Guid.NewGuid());
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        Time.Now += KeySchedule.MaximumRotationDuration + TimeSpan.FromSeconds(1);

        Assert.Contains("dropped", await RefusedAsync(Event("finishSecret", rotation)), StringComparison.Ordinal);

        Assert.Single((await Secret.LoadAsync(default)).Keys);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Eleventh_key_is_refused_with_the_time_when_there_is_room()
    {
        var keys = TestKeys.Many[..10].Select((key, number) => key.DatedTo(Time.Now.AddMinutes(10 * (number - 10))));
        using var client = MotoServer.ClientOf(Moto.Address);
        await client.PutSecretValueAsync(
            new() { SecretId = Secret.SecretId, SecretString = Encoding.UTF8.GetString(KeyRingDocument.Write([.. keys])) });

        var before = await Secret.LoadAsync(default);
        var refusal = await RefusedAsync(Event("createSecret", Guid.NewGuid()));

        Assert.Contains($"can be added at {before.FullUntil(Time.Now):u}", refusal, StringComparison.Ordinal);
        Assert.True((await Secret.LoadAsync(default)).HasSameKeysAs(before));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData(-80)]
    [InlineData(80)]
    public async Task Wrong_clock_prevents_rotation_but_not_revocation(int days)
    {
        await RotateAsync(Guid.NewGuid());
        Time.Now += TimeSpan.FromDays(30);
        await RotateAsync(Guid.NewGuid());
        var before = await Secret.LoadAsync(default);
        Time.Now += TimeSpan.FromDays(days);

        var refusal = await RefusedAsync(Event("createSecret", Guid.NewGuid()));
        Assert.True((await Secret.LoadAsync(default)).HasSameKeysAs(before));
        await Functions.RevokeAsync(before.Newest.Kid);

        Assert.Contains("Correct the clock", refusal, StringComparison.Ordinal);
        var after = await Secret.LoadAsync(default);
        Assert.DoesNotContain(after.Keys, key => key.Kid == before.Newest.Kid);
        Assert.Contains(after.Keys, key => key.Kid == before.Keys[0].Kid);
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "null")]
    [InlineData("{}", "Step ''")]
    [InlineData("""{"Step":"destroySecret","ClientRequestToken":"t"}""", "Step 'destroySecret'")]
    [InlineData("""{"Step":"createSecret"}""", "ClientRequestToken ''")]
    [InlineData("""{"Operation":"initialize"}""", "Operation 'initialize'")]
    // The web API is allowed to invoke this function.
    [InlineData("""{"Operation":"Revoke","Kid":"kid"}""", "Operation 'Revoke'")]
    [InlineData("""{"Kid":"kid"}""", "members 'Kid'")]
    [InlineData("""{"RequestType":"Create","ResponseURL":"https://example"}""", "RequestType, ResponseURL")]
    [InlineData("""{"Operation":"Initialize","Operation":"Revoke"}""", "not a JSON object")]
    public async Task Unknown_event_is_refused_and_named(string json, string named)
    {
        Assert.Contains(named, await RefusedAsync(json), StringComparison.Ordinal);

        await Assert.ThrowsAsync<KeyRingException>(() => Secret.LoadAsync(default));
    }

    [FactWith(Tool.Moto)]
    public async Task Event_for_another_secret_is_refused()
    {
        var json = JsonSerializer.Serialize(
            new { Step = "createSecret", ClientRequestToken = Guid.NewGuid(), SecretId = "arn:aws:secretsmanager:eu-central-1:1:secret:other-a1b2c3" });

        Assert.Contains(Secret.SecretId, await RefusedAsync(json), StringComparison.Ordinal);
    }

    /// <summary>Makes another ring current and keeps the pending one.</summary>
    private async Task ReplaceAsync(KeyRing ring, Guid pending)
    {
        var stages = await Secret.GetStagesAsync(default);
        var version = Guid.NewGuid().ToString();
        await Secret.PutPendingAsync(version, ring, default);
        await Secret.MoveCurrentAsync(stages.Single(entry => entry.Value.Contains("AWSCURRENT")).Key, version, default);
        using var client = MotoServer.ClientOf(Moto.Address);
        await client.UpdateSecretVersionStageAsync(new()
        {
            SecretId = Secret.SecretId,
            VersionStage = "AWSPENDING",
            RemoveFromVersionId = version,
            MoveToVersionId = pending.ToString(),
        });
    }
}
