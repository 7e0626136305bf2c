using System.Text.Json;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.Options;

namespace Api.Tests.Keys;

/// <summary>The rotation function against an emulator of Secrets Manager, its steps in order, repeated, interrupted and at once.</summary>
[Collection(MotoCollection.Name)]
public sealed class KeyRotationTests(MotoServer moto) : IAsyncLifetime
{
    private readonly SettableTime _time = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private KeyRingSecret _secret = null!;
    private KeyFunctions _functions = null!;

    public async Task InitializeAsync()
    {
        var options = new KeyOptions { SigningKeySecretId = await moto.CreateSecretAsync() };
        _secret = new(new(() => MotoServer.ClientOf(moto.Address)), options);
        _functions = new(moto, options, _time);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [FactWith(Tool.Moto)]
    public async Task First_rotation_of_an_empty_secret_makes_a_key_that_signs_at_once()
    {
        await RotateAsync(Guid.NewGuid());

        var ring = await _secret.LoadAsync(default);
        Assert.Equal(KeyState.Active, ring.StateAt(Assert.Single(ring.Keys), _time.Now));
    }

    [FactWith(Tool.Moto)]
    public async Task Later_rotation_publishes_a_key_that_signs_later()
    {
        await RotateAsync(Guid.NewGuid());
        var first = (await _secret.LoadAsync(default)).Newest.Kid;
        _time.Now += TimeSpan.FromDays(30);

        await RotateAsync(Guid.NewGuid());

        var ring = await _secret.LoadAsync(default);
        Assert.Equal([KeyState.Active, KeyState.Pending], ring.Keys.Select(key => ring.StateAt(key, _time.Now)));
        Assert.Equal(first, ring.SigningKeyAt(_time.Now.AddDays(1).AddTicks(-1)).Kid);
        Assert.Equal(ring.Newest, ring.SigningKeyAt(_time.Now.AddDays(1)));
    }

    [FactWith(Tool.Moto)]
    public async Task Each_step_can_be_repeated_after_any_other()
    {
        await RotateAsync(Guid.NewGuid());
        _time.Now += TimeSpan.FromDays(30);
        var rotation = Guid.NewGuid();

        for (var done = 0; done < KeyFunctions.Steps.Length; done++)
        {
            // As if the rotation had died after the step before, and started from the beginning.
            foreach (var step in KeyFunctions.Steps[..(done + 1)])
            {
                await StepAsync(step, rotation);
                await StepAsync(step, rotation);
            }
        }

        Assert.Equal(2, (await _secret.LoadAsync(default)).Keys.Length);
    }

    [FactWith(Tool.Moto)]
    public async Task Step_ahead_of_its_turn_changes_nothing()
    {
        await RotateAsync(Guid.NewGuid());
        var before = await _secret.LoadAsync(default);
        var rotation = Guid.NewGuid();

        Assert.Contains("not pending", await RefusedAsync(Event("finishSecret", rotation)), StringComparison.Ordinal);
        Assert.Contains("1 keys", await StepAsync("testSecret", rotation), StringComparison.Ordinal);
        await StepAsync("setSecret", rotation);

        Assert.True((await _secret.LoadAsync(default)).HasSameKeysAs(before));
    }

    [FactWith(Tool.Moto)]
    public async Task Test_of_a_secret_without_any_value_succeeds() =>
        Assert.Contains("no key", await StepAsync("testSecret", Guid.NewGuid()), StringComparison.Ordinal);

    [FactWith(Tool.Moto)]
    public async Task Two_rotations_at_once_end_in_one_ring()
    {
        await RotateAsync(Guid.NewGuid());
        _time.Now += TimeSpan.FromDays(30);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());

        await StepAsync("createSecret", one);
        await StepAsync("createSecret", other);
        await StepAsync("testSecret", one);
        await StepAsync("testSecret", other);
        Assert.Contains("not pending", await RefusedAsync(Event("finishSecret", one)), StringComparison.Ordinal);
        await StepAsync("finishSecret", other);

        Assert.Equal(2, (await _secret.LoadAsync(default)).Keys.Length);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_made_from_an_older_ring_is_given_up_and_the_next_one_works()
    {
        await RotateAsync(Guid.NewGuid());
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        var pending = (await _secret.FindVersionAsync(rotation.ToString(), default))!;
        await ReplaceAsync((await _secret.LoadAsync(default)).Rotate(TestKeys.Many[0], _time.Now), rotation);

        var refusal = await RefusedAsync(Event("finishSecret", rotation));

        Assert.Contains("dropped", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain((await _secret.LoadAsync(default)).Keys, key => key.Kid == pending.Newest.Kid);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_that_ends_too_late_is_given_up_and_the_next_one_works()
    {
        await RotateAsync(Guid.NewGuid());
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        _time.Now += KeySchedule.MaximumRotationDuration + TimeSpan.FromSeconds(1);

        Assert.Contains("dropped", await RefusedAsync(Event("finishSecret", rotation)), StringComparison.Ordinal);

        Assert.Single((await _secret.LoadAsync(default)).Keys);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Eleventh_key_is_refused_with_the_time_when_it_fits()
    {
        for (var number = 0; number < 10; number++)
        {
            await RotateAsync(Guid.NewGuid());
            _time.Now += TimeSpan.FromMinutes(10);
        }

        var before = await _secret.LoadAsync(default);
        var refusal = await RefusedAsync(Event("createSecret", Guid.NewGuid()));

        Assert.Contains($"can be added at {before.FullUntil(_time.Now):u}", refusal, StringComparison.Ordinal);
        Assert.True((await _secret.LoadAsync(default)).HasSameKeysAs(before));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData(-80)]
    [InlineData(80)]
    public async Task Clock_that_is_wrong_rotates_nothing_but_can_revoke(int days)
    {
        await RotateAsync(Guid.NewGuid());
        _time.Now += TimeSpan.FromDays(30);
        await RotateAsync(Guid.NewGuid());
        var before = await _secret.LoadAsync(default);
        _time.Now += TimeSpan.FromDays(days);

        var refusal = await RefusedAsync(Event("createSecret", Guid.NewGuid()));
        Assert.True((await _secret.LoadAsync(default)).HasSameKeysAs(before));
        await _functions.RevokeAsync(before.Newest.Kid);

        Assert.Contains("Correct the clock", refusal, StringComparison.Ordinal);
        var after = await _secret.LoadAsync(default);
        Assert.DoesNotContain(after.Keys, key => key.Kid == before.Newest.Kid);
        Assert.Contains(after.Keys, key => key.Kid == before.Keys[0].Kid);
    }

    [FactWith(Tool.Moto)]
    public async Task Initialize_makes_the_first_key_and_then_changes_nothing()
    {
        var first = await InvokeAsync("""{"Operation":"Initialize"}""");
        var ring = await _secret.LoadAsync(default);

        var second = await InvokeAsync("""{"Operation":"Initialize"}""");

        Assert.Contains(Assert.Single(ring.Keys).Kid, first, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", second, StringComparison.Ordinal);
        Assert.True((await _secret.LoadAsync(default)).HasSameKeysAs(ring));
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Revoked_key_is_gone_at_once_and_a_fresh_one_signs()
    {
        await RotateAsync(Guid.NewGuid());
        var revoked = (await _secret.LoadAsync(default)).Newest.Kid;

        Assert.Contains(revoked, await _functions.RevocationAsync($$"""{"Kid":"{{revoked}}"}"""), StringComparison.Ordinal);

        var ring = await _secret.LoadAsync(default);
        Assert.NotEqual(revoked, Assert.Single(ring.Keys).Kid);
        Assert.Equal(KeyState.Active, ring.StateAt(ring.Newest, _time.Now));
        var again = await Assert.ThrowsAsync<KeyRingException>(() => _functions.RevokeAsync(revoked));
        Assert.Contains("no signing key", again.Message, StringComparison.Ordinal);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_under_way_never_brings_a_revoked_key_back()
    {
        await RotateAsync(Guid.NewGuid());
        var revoked = (await _secret.LoadAsync(default)).Newest.Kid;
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);

        await _functions.RevokeAsync(revoked);
        await RefusedAsync(Event("finishSecret", rotation));

        Assert.DoesNotContain((await _secret.LoadAsync(default)).Keys, key => key.Kid == revoked);
        await AssertRotatesAsync();
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "null")]
    [InlineData("{}", "Step ''")]
    [InlineData("""{"Step":"destroySecret","ClientRequestToken":"t"}""", "Step 'destroySecret'")]
    [InlineData("""{"Step":"createSecret"}""", "ClientRequestToken ''")]
    [InlineData("""{"Operation":"initialize"}""", "Operation 'initialize'")]
    // The web API may start this function.
    [InlineData("""{"Operation":"Revoke","Kid":"kid"}""", "Operation 'Revoke'")]
    [InlineData("""{"Kid":"kid"}""", "members 'Kid'")]
    [InlineData("""{"RequestType":"Create","ResponseURL":"https://example"}""", "RequestType, ResponseURL")]
    [InlineData("""{"Operation":"Initialize","Operation":"Revoke"}""", "not a JSON object")]
    public async Task Unknown_event_is_refused_and_named(string json, string named)
    {
        Assert.Contains(named, await RefusedAsync(json), StringComparison.Ordinal);

        await Assert.ThrowsAsync<KeyRingException>(() => _secret.LoadAsync(default));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Kid":""}""")]
    [InlineData("""{"Kid":1}""")]
    [InlineData("""{"Step":"createSecret","ClientRequestToken":"t"}""")]
    public async Task Revocation_of_no_key_is_refused(string json)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => _functions.RevocationAsync(json));

        Assert.Contains("must have the member Kid", exception.Message, StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Secret_whose_ring_is_not_current_gets_it_when_the_rotation_ends()
    {
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        await MakeNothingCurrentAsync(rotation);

        await StepAsync("testSecret", rotation);
        await StepAsync("finishSecret", rotation);

        Assert.Single((await _secret.LoadAsync(default)).Keys);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task First_key_does_not_wait_for_a_rotation_that_has_not_ended()
    {
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        await MakeNothingCurrentAsync(rotation);

        Assert.Contains("Created the first key", await InvokeAsync("""{"Operation":"Initialize"}"""), StringComparison.Ordinal);

        Assert.Single((await _secret.LoadAsync(default)).Keys);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Event_for_another_secret_is_refused()
    {
        var json = JsonSerializer.Serialize(
            new { Step = "createSecret", ClientRequestToken = Guid.NewGuid(), SecretId = "arn:aws:secretsmanager:eu-central-1:1:secret:other-a1b2c3" });

        Assert.Contains(_secret.SecretId, await RefusedAsync(json), StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Event_names_the_secret_by_its_arn()
    {
        var json = JsonSerializer.Serialize(new
        {
            Step = "createSecret",
            ClientRequestToken = Guid.NewGuid(),
            SecretId = $"arn:aws:secretsmanager:eu-central-1:1:secret:{_secret.SecretId}-a1b2c3",
            RotationToken = "r",
        });

        Assert.Contains("Created the key", await InvokeAsync(json), StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public void Function_without_secret_does_not_start() =>
        Assert.Throws<OptionsValidationException>(() => new KeyRotation(_secret, new(), _time));

    [FactWith(Tool.Moto)]
    public async Task Damaged_pending_ring_fails_its_test_and_is_not_quoted()
    {
        await RotateAsync(Guid.NewGuid());
        var rotation = Guid.NewGuid();
        await MotoServer.ClientOf(moto.Address).PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = _secret.SecretId,
            ClientRequestToken = rotation.ToString(),
            SecretString = "{\"version\":1,\"keys\":[{\"kid\":\"marker\"",
            VersionStages = ["AWSPENDING"],
        });

        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => InvokeAsync(Event("testSecret", rotation)));

        Assert.DoesNotContain("marker", refusal.ToString(), StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Errors_of_the_service_have_their_names()
    {
        using var client = MotoServer.ClientOf(moto.Address);

        await Assert.ThrowsAsync<ResourceNotFoundException>(() => client.DescribeSecretAsync(new() { SecretId = "nowhere" }));
        await RotateAsync(Guid.NewGuid());
        await Assert.ThrowsAsync<InvalidParameterException>(() => client.UpdateSecretVersionStageAsync(
            new() { SecretId = _secret.SecretId, VersionStage = "AWSCURRENT", RemoveFromVersionId = Guid.NewGuid().ToString() }));
        var rotated = await client.RotateSecretAsync(new() { SecretId = _secret.SecretId });
        Assert.Contains(_secret.SecretId, rotated.ARN, StringComparison.Ordinal);
    }

    [TheoryWith(Tool.Moto)]
    [InlineData(400, "ThrottlingException", typeof(AmazonSecretsManagerException))]
    [InlineData(400, "com.amazonaws.secretsmanager#ResourceExistsException", typeof(ResourceExistsException))]
    [InlineData(400, "InvalidRequestException", typeof(InvalidRequestException))]
    [InlineData(400, "DecryptionFailure", typeof(DecryptionFailureException))]
    [InlineData(400, "AccessDeniedException", typeof(AmazonSecretsManagerException))]
    [InlineData(500, "InternalServiceError", typeof(InternalServiceErrorException))]
    public async Task Errors_on_the_wire_become_the_exceptions_of_the_SDK(int status, string code, Type exception)
    {
        await using var proxy = await UnreliableProxy.StartAsync(moto.Address);
        proxy.Answer = UnreliableProxy.Error(status, code);
        using var client = MotoServer.ClientOf(proxy.Address);

        var thrown = await Record.ExceptionAsync(() => client.PutSecretValueAsync(
            new() { SecretId = "any", ClientRequestToken = Guid.NewGuid().ToString(), SecretString = "any" }));

        Assert.IsType(exception, thrown);
        Assert.Equal(code.Split('#')[^1], ((AmazonServiceException)thrown).ErrorCode);
        Assert.Equal("Made up by the test", thrown.Message);
    }

    private async Task AssertRotatesAsync()
    {
        var before = (await _secret.LoadAsync(default)).Newest.Kid;
        await RotateAsync(Guid.NewGuid());
        Assert.NotEqual(before, (await _secret.LoadAsync(default)).Newest.Kid);
    }

    /// <summary>Somebody else's ring becomes the current one, and leaves what is pending.</summary>
    private async Task ReplaceAsync(KeyRing ring, Guid pending)
    {
        var stages = await _secret.GetStagesAsync(default);
        var version = Guid.NewGuid().ToString();
        await _secret.PutPendingAsync(version, ring, default);
        await _secret.MoveCurrentAsync(stages.Single(entry => entry.Value.Contains("AWSCURRENT")).Key, version, default);
        using var client = MotoServer.ClientOf(moto.Address);
        await client.UpdateSecretVersionStageAsync(new()
        {
            SecretId = _secret.SecretId,
            VersionStage = "AWSPENDING",
            RemoveFromVersionId = version,
            MoveToVersionId = pending.ToString(),
        });
    }

    /// <summary>As RotateSecret leaves a secret that has never had a value: with a pending version, and no current one.</summary>
    private async Task MakeNothingCurrentAsync(Guid pending)
    {
        using var client = MotoServer.ClientOf(moto.Address);
        await client.UpdateSecretVersionStageAsync(
            new() { SecretId = _secret.SecretId, VersionStage = "AWSCURRENT", RemoveFromVersionId = pending.ToString() });
        await Assert.ThrowsAsync<KeyRingException>(() => _secret.LoadAsync(default));
    }

    private async Task RotateAsync(Guid rotation)
    {
        foreach (var step in KeyFunctions.Steps)
        {
            await StepAsync(step, rotation);
        }
    }

    private Task<string> StepAsync(string step, Guid rotation) => InvokeAsync(Event(step, rotation));

    private string Event(string step, Guid rotation) =>
        JsonSerializer.Serialize(new { Step = step, ClientRequestToken = rotation, _secret.SecretId });

    private async Task<string> RefusedAsync(string json)
    {
        var exception = await Record.ExceptionAsync(() => InvokeAsync(json));
        Assert.True(exception is InvalidOperationException or KeyRingException, exception?.ToString());

        return exception!.Message;
    }

    private async Task<string> InvokeAsync(string json)
    {
        var result = await _functions.RotationAsync(json);
        Leaks.AssertNoneIn(result, "the result, which is logged");

        return result;
    }
}
