using System.Text.Json;
using Amazon.SecretsManager.Model;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.Options;

namespace Api.Tests.Keys;

/// <summary>The steps of the rotation function, in order, repeated and interrupted.</summary>
[Collection(MotoKeysCollection.Name)]
public sealed class KeyRotationTests(MotoServer moto) : RotatedSecret(moto)
{
    [FactWith(Tool.Moto)]
    public async Task First_rotation_of_an_empty_secret_makes_a_key_that_signs_at_once()
    {
        await RotateAsync(Guid.NewGuid());

        var ring = await Secret.LoadAsync(default);
        Assert.Equal(KeyState.Active, ring.StateAt(Assert.Single(ring.Keys), Time.Now));
    }

    [FactWith(Tool.Moto)]
    public async Task Later_rotation_publishes_a_key_that_signs_later()
    {
        await RotateAsync(Guid.NewGuid());
        var first = (await Secret.LoadAsync(default)).Newest.Kid;
        Time.Now += TimeSpan.FromDays(30);

        await RotateAsync(Guid.NewGuid());

        var ring = await Secret.LoadAsync(default);
        Assert.Equal([KeyState.Active, KeyState.Pending], ring.Keys.Select(key => ring.StateAt(key, Time.Now)));
        Assert.Equal(first, ring.SigningKeyAt(Time.Now.AddDays(1).AddTicks(-1)).Kid);
        Assert.Equal(ring.Newest, ring.SigningKeyAt(Time.Now.AddDays(1)));
    }

    [FactWith(Tool.Moto)]
    public async Task Each_step_can_be_repeated_after_any_other()
    {
        await RotateAsync(Guid.NewGuid());
        Time.Now += TimeSpan.FromDays(30);
        var rotation = Guid.NewGuid();

        for (var done = 0; done < KeyFunctions.Steps.Length; done++)
        {
            // As if the rotation had failed after the previous step and was started again.
            foreach (var step in KeyFunctions.Steps[..(done + 1)])
            {
                await StepAsync(step, rotation);
                await StepAsync(step, rotation);
            }
        }

        Assert.Equal(2, (await Secret.LoadAsync(default)).Keys.Length);
    }

    [FactWith(Tool.Moto)]
    public async Task Step_out_of_order_changes_nothing()
    {
        await RotateAsync(Guid.NewGuid());
        var before = await Secret.LoadAsync(default);
        var rotation = Guid.NewGuid();

        Assert.Contains("not pending", await RefusedAsync(Event("finishSecret", rotation)), StringComparison.Ordinal);
        Assert.Contains("1 keys", await StepAsync("testSecret", rotation), StringComparison.Ordinal);
        await StepAsync("setSecret", rotation);

        Assert.True((await Secret.LoadAsync(default)).HasSameKeysAs(before));
    }

    [FactWith(Tool.Moto)]
    public async Task Test_of_a_secret_without_any_value_succeeds() =>
        Assert.Contains("no key", await StepAsync("testSecret", Guid.NewGuid()), StringComparison.Ordinal);

    [FactWith(Tool.Moto)]
    public async Task Damaged_pending_ring_fails_its_test_and_is_not_quoted()
    {
        await RotateAsync(Guid.NewGuid());
        var rotation = Guid.NewGuid();
        await MotoServer.ClientOf(Moto.Address).PutSecretValueAsync(new PutSecretValueRequest
        {
            SecretId = Secret.SecretId,
            ClientRequestToken = rotation.ToString(),
            SecretString = "{\"version\":1,\"keys\":[{\"kid\":\"marker\"",
            VersionStages = ["AWSPENDING"],
        });

        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => InvokeAsync(Event("testSecret", rotation)));

        Assert.DoesNotContain("marker", refusal.ToString(), StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Initialize_makes_the_first_key_and_then_changes_nothing()
    {
        var first = await InvokeAsync("""{"Operation":"Initialize"}""");
        var ring = await Secret.LoadAsync(default);

        var second = await InvokeAsync("""{"Operation":"Initialize"}""");

        Assert.Contains(Assert.Single(ring.Keys).Kid, first, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", second, StringComparison.Ordinal);
        Assert.True((await Secret.LoadAsync(default)).HasSameKeysAs(ring));
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Secret_whose_ring_is_not_current_gets_it_when_the_rotation_ends()
    {
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        await MakeNothingCurrentAsync(rotation);

        await StepAsync("testSecret", rotation);
        await StepAsync("finishSecret", rotation);

        Assert.Single((await Secret.LoadAsync(default)).Keys);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task First_key_does_not_wait_for_a_rotation_that_has_not_ended()
    {
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);
        await MakeNothingCurrentAsync(rotation);

        Assert.Contains("Created the first key", await InvokeAsync("""{"Operation":"Initialize"}"""), StringComparison.Ordinal);

        Assert.Single((await Secret.LoadAsync(default)).Keys);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Event_names_the_secret_by_its_arn()
    {
        var json = JsonSerializer.Serialize(new
        {
            Step = "createSecret",
            ClientRequestToken = Guid.NewGuid(),
            SecretId = $"arn:aws:secretsmanager:eu-central-1:1:secret:{Secret.SecretId}-a1b2c3",
            RotationToken = "r",
        });

        Assert.Contains("Created the key", await InvokeAsync(json), StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public void Function_without_secret_does_not_start() =>
        Assert.Throws<OptionsValidationException>(() => new KeyRotation(Secret, new(), Time));
}
