using Api.Storage;
using Api.Tests.Sessions;
using Api.Tests.Support;
using Api.Users;
using static Api.Tests.Users.UserStoreContract;

namespace Api.Tests.Users;

/// <summary>Damaged users, passkeys and names in the user store, with each engine of the document store.</summary>
public abstract class DamagedUserContract : StorageContract
{
    public static TheoryData<string> Contract => NamesOf(typeof(DamagedUserContract));

    protected async Task Damaged_user_hurts_no_other_and_can_be_removed()
    {
        var (store, documents) = (await StoreAsync(), await OpenAsync());
        var (ada, other) = (await AddAsync(store, "ada"), await AddAsync(store, "other"));
        await store.AddPasskeyAsync(ada.Sub, PasskeyOf(1), default);
        string[] damages = ["", "{", "null", "{}", "[]", UserDocument.Write(other)];

        foreach (var json in damages)
        {
            await DamageAsync(documents, ada.Sub, "user", json);

            Assert.Equal([ada.Sub], (await store.ListAsync(null, 10, default)).Where(stored => stored.User is null).Select(stored => stored.Sub));
            await Assert.ThrowsAsync<DamagedUserException>(() => store.FindAsync(ada.Sub, default));
            await Assert.ThrowsAsync<DamagedUserException>(() => store.FindByNameAsync("ada", default));
            Assert.Equal("other", (await store.FindAsync(other.Sub, default))?.UserName);
        }

        Assert.False(await store.AddAsync(CurrentSessionTests.UserOf("ada"), default));
        Assert.False(await store.RemoveDamagedAsync(other.Sub, default));
        Assert.True(await store.RemoveDamagedAsync(ada.Sub, default));
        Assert.False(await store.RemoveDamagedAsync(ada.Sub, default));
        Assert.Null(await store.FindPasskeyAsync([1], default));

        // The name of the damaged user could not be read. It is given to the next user who wants it.
        var next = await AddAsync(store, "Ada");
        Assert.Equal(next.Sub, (await store.FindByNameAsync("ada", default))?.Sub);
        Assert.False(await store.AddAsync(CurrentSessionTests.UserOf("ada"), default));
    }

    protected async Task User_whose_name_and_credential_lead_to_another_can_be_renamed_and_removed()
    {
        var (store, documents) = (await StoreAsync(), await OpenAsync());
        var (ada, eve) = (await AddAsync(store, "ada"), await AddAsync(store, "eve"));
        var passkey = PasskeyOf(1);
        await store.AddPasskeyAsync(ada.Sub, passkey, default);
        DocumentKey[] keys = [new("username#ada", "username"), new($"credential#{passkey.Id}", "credential")];

        foreach (var key in keys)
        {
            Assert.True(await documents.WriteAsync(
                [new DocumentWrite.Replace(new(key, eve.Sub) { Version = eve.Sub }, (await documents.GetAsync(key, default))!.Version)], default));
        }

        Assert.Null(await store.FindByNameAsync("ada", default));
        Assert.Null(await store.FindPasskeyAsync([1], default));
        var renamed = Renamed(ada, "ada2");
        Assert.True(await store.ChangeAsync(ada, renamed, default));
        Assert.True(await store.RemoveAsync(renamed, default));

        Assert.Null(await store.FindAsync(ada.Sub, default));
        Assert.Empty(await documents.QueryAsync(UserStore.PartitionOf(ada.Sub), "passkey#", 10, default));
        Assert.Equal("eve", (await store.FindAsync(eve.Sub, default))?.UserName);
        Assert.Equal([eve.Sub, eve.Sub], (await Task.WhenAll(keys.Select(key => documents.GetAsync(key, default)))).Select(one => one?.Json));
    }

    protected async Task Abandoned_name_is_taken_by_a_rename()
    {
        var (store, documents) = (await StoreAsync(), await OpenAsync());
        var (ada, other) = (await AddAsync(store, "ada"), await AddAsync(store, "other"));
        await DamageAsync(documents, ada.Sub, "user", "{");
        Assert.True(await store.RemoveDamagedAsync(ada.Sub, default));

        Assert.False(await store.IsNameTakenAsync(Renamed(other, "ada"), default));
        Assert.True(await store.ChangeAsync(other, Renamed(other, "ada"), default));

        Assert.Equal(other.Sub, (await store.FindByNameAsync("ADA", default))?.Sub);
        Assert.Null(await store.FindByNameAsync("other", default));
    }

    protected async Task Damaged_passkey_hurts_no_other()
    {
        var (store, documents) = (await StoreAsync(), await OpenAsync());
        var user = await AddAsync(store, "ada");
        var (kept, damaged) = (PasskeyOf(1), PasskeyOf(2));
        await store.AddPasskeyAsync(user.Sub, kept, default);
        await store.AddPasskeyAsync(user.Sub, damaged, default);
        string[] damages =
        [
            "", "{", "null", "{}", "[]", PasskeyDocument.Write(kept),
            PasskeyDocument.Write(damaged with { PublicKey = [] }),
            PasskeyDocument.Write(damaged).Replace("\"transports\":[]", "\"transports\":null", StringComparison.Ordinal),
        ];

        foreach (var json in damages)
        {
            await DamageAsync(documents, user.Sub, $"passkey#{damaged.Id}", json);

            Assert.Equal([kept.Id], (await store.ListPasskeysAsync(user.Sub, default)).Select(passkey => passkey.Id));
            Assert.Null(await store.FindPasskeyAsync([2], default));
            Assert.NotNull(await store.FindPasskeyAsync([1], default));
        }

        Assert.True(await store.RemoveAsync(user, default));
        Assert.Empty(await documents.QueryAsync(UserStore.PartitionOf(user.Sub), "p", 1, default));
    }

    private static async Task DamageAsync(IDocumentStore documents, string sub, string sort, string json)
    {
        var before = (await documents.GetAsync(new(UserStore.PartitionOf(sub), sort), default))!;
        var after = before with { Json = json, Version = Document.NewVersion() };
        Assert.True(await documents.WriteAsync([new DocumentWrite.Replace(after, before.Version)], default));
    }

    private async Task<UserStore> StoreAsync() => new(await OpenAsync());
}

public sealed class DamagedUserTests : DamagedUserContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class DamagedUserOnAwsTests(MotoServer moto) : DamagedUserContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
