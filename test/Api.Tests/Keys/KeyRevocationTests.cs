using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

/// <summary>The revocation function.</summary>
[Collection(MotoKeysCollection.Name)]
public sealed class KeyRevocationTests(MotoServer moto) : RotatedSecret(moto)
{
    [FactWith(Tool.Moto)]
    public async Task Revoked_key_is_removed_at_once_and_a_new_key_signs()
    {
        await RotateAsync(Guid.NewGuid());
        var revoked = (await Secret.LoadAsync(default)).Newest.Kid;

        Assert.Contains(revoked, await Functions.RevocationAsync($$"""{"Kid":"{{revoked}}"}"""), StringComparison.Ordinal);

        var ring = await Secret.LoadAsync(default);
        Assert.NotEqual(revoked, Assert.Single(ring.Keys).Kid);
        Assert.Equal(KeyState.Active, ring.StateAt(ring.Newest, Time.Now));
        var again = await Assert.ThrowsAsync<KeyRingException>(() => Functions.RevokeAsync(revoked));
        Assert.Contains("no signing key", again.Message, StringComparison.Ordinal);
        await AssertRotatesAsync();
    }

    [FactWith(Tool.Moto)]
    public async Task Pending_rotation_does_not_restore_a_revoked_key()
    {
        await RotateAsync(Guid.NewGuid());
        var revoked = (await Secret.LoadAsync(default)).Newest.Kid;
        var rotation = Guid.NewGuid();
        await StepAsync("createSecret", rotation);

        await Functions.RevokeAsync(revoked);
        await RefusedAsync(Event("finishSecret", rotation));

        Assert.DoesNotContain((await Secret.LoadAsync(default)).Keys, key => key.Kid == revoked);
        await AssertRotatesAsync();
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
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Functions.RevocationAsync(json));

        Assert.Contains("must have the member Kid", exception.Message, StringComparison.Ordinal);
    }
}
