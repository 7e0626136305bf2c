using Api.Storage;
using Api.Tests.Sessions;
using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.Users;

/// <summary>Users and passkeys with each engine of the document store.</summary>
public abstract class UserStoreContract : StorageContract
{
    public static TheoryData<string> Contract => NamesOf(typeof(UserStoreContract));

    protected async Task User_is_found_by_sub_and_by_name_in_any_case()
    {
        var store = await StoreAsync();
        var user = CurrentSessionTests.UserOf("Ada.L@example.com") with { Name = "Ada Lovelace", Email = "ada@example.com" };

        Assert.True(await store.AddAsync(user, default));

        Assert.Equal(UserDocument.Write(user), UserDocument.Write((await store.FindAsync(user.Sub, default))!));
        Assert.Equal(user.Sub, (await store.FindByNameAsync("aDA.l@EXAMPLE.com", default))?.Sub);
        Assert.Null(await store.FindByNameAsync("ada", default));
        Assert.Null(await store.FindAsync(user.Sub.ToUpperInvariant(), default));
        Assert.Null(await store.FindAsync("x", default));
    }

    protected async Task Of_many_who_register_a_name_at_two_instances_one_succeeds()
    {
        UserStore[] instances = [await StoreAsync(), await StoreAsync()];
        var users = Enumerable.Range(0, 20).Select(number => CurrentSessionTests.UserOf(number % 3 is 0 ? "ADA" : "ada")).ToArray();

        var added = await Task.WhenAll(users.Select((user, number) => Task.Run(() => instances[number % 2].AddAsync(user, default))));

        Assert.Single(added, true);
        var winner = users[Array.IndexOf(added, true)];
        Assert.Equal(winner.Sub, Assert.Single(await instances[1].ListAsync(null, 10, default)).Sub);
        Assert.Equal(winner.Sub, (await instances[1].FindByNameAsync("Ada", default))?.Sub);
    }

    protected async Task Renamed_user_releases_the_name()
    {
        var store = await StoreAsync();
        var (ada, other) = (await AddAsync(store, "ada"), await AddAsync(store, "other"));

        Assert.False(await store.ChangeAsync(other, Renamed(other, "ADA"), default));
        Assert.True(await store.IsNameTakenAsync(Renamed(other, "ADA"), default));
        var renamed = Renamed(ada, "lovelace");
        Assert.True(await store.ChangeAsync(ada, renamed, default));
        Assert.True(await store.ChangeAsync(other, Renamed(other, "ADA"), default));

        Assert.Equal(other.Sub, (await store.FindByNameAsync("ada", default))?.Sub);
        Assert.Equal(ada.Sub, (await store.FindByNameAsync("lovelace", default))?.Sub);
        Assert.Null(await store.FindByNameAsync("other", default));
        Assert.False(await store.ChangeAsync(ada, Renamed(ada, "ada2"), default));
        Assert.True(await store.ChangeAsync(renamed, Renamed(renamed, "LoveLace"), default));
        Assert.Equal("LoveLace", (await store.FindByNameAsync("lovelace", default))?.UserName);
    }

    protected async Task Of_many_who_take_a_name_at_two_instances_one_succeeds()
    {
        UserStore[] instances = [await StoreAsync(), await StoreAsync()];
        var users = new List<User>();

        for (var number = 0; number < 8; number++)
        {
            users.Add(await AddAsync(instances[0], $"user{number}"));
        }

        var renamed = await Task.WhenAll(users.Select((user, number) => Task.Run(
            () => instances[number % 2].ChangeAsync(user, Renamed(user, "ada"), default))));

        Assert.Single(renamed, true);
        Assert.Equal(users[Array.IndexOf(renamed, true)].Sub, (await instances[0].FindByNameAsync("ada", default))?.Sub);
    }

    protected async Task Removed_user_leaves_nothing_behind()
    {
        var (store, documents) = (await StoreAsync(), await OpenAsync());
        var (user, other) = (await AddAsync(store, "ada"), await AddAsync(store, "other"));
        Assert.True(await store.AddPasskeyAsync(other.Sub, PasskeyOf(255), default));

        for (byte number = 0; number < 50; number++)
        {
            Assert.True(await store.AddPasskeyAsync(user.Sub, PasskeyOf(number), default));
            await AddDocumentAsync(documents, user, $"session#{number}");
            await AddDocumentAsync(documents, user, $"consent#{number}");
        }

        await AddDocumentAsync(documents, user, "link");

        Assert.True(await store.RemoveAsync(user, default));

        foreach (var prefix in (string[])["user", "passkey#", "session#", "link", "consent#"])
        {
            Assert.Empty(await documents.QueryAsync(UserStore.PartitionOf(user.Sub), prefix, 1, default));
        }

        Assert.Null(await store.FindByNameAsync("ada", default));
        Assert.Null(await store.FindPasskeyAsync([7], default));
        Assert.NotNull(await store.FindPasskeyAsync([255], default));
        Assert.Equal(other.Sub, Assert.Single(await store.ListAsync(null, 10, default)).Sub);
        // The name and the credentials can be used again.
        var again = await AddAsync(store, "ada");
        Assert.True(await store.AddPasskeyAsync(again.Sub, PasskeyOf(7), default));
        Assert.False(await store.RemoveAsync(user, default));
    }

    protected async Task Removal_of_a_user_that_was_changed_changes_nothing()
    {
        var store = await StoreAsync();
        var before = await AddAsync(store, "ada");
        var after = before with { Name = "Ada", Version = Document.NewVersion() };
        Assert.True(await store.ChangeAsync(before, after, default));

        Assert.False(await store.RemoveAsync(before, default));

        Assert.True((await store.FindAsync(before.Sub, default))!.Enabled);
        Assert.True(await store.RemoveAsync(after, default));
    }

    protected async Task Passkey_belongs_to_one_user()
    {
        var store = await StoreAsync();
        var (ada, other) = (await AddAsync(store, "ada"), await AddAsync(store, "other"));
        var passkey = PasskeyOf(1, 2, 3) with { Transports = ["internal", "hybrid"], IsBackupEligible = true, SignCount = uint.MaxValue };

        Assert.True(await store.AddPasskeyAsync(ada.Sub, passkey, default));
        Assert.False(await store.AddPasskeyAsync(other.Sub, PasskeyOf(1, 2, 3), default));
        Assert.False(await store.AddPasskeyAsync(ada.Sub, PasskeyOf(1, 2, 3), default));

        var (sub, found) = (await store.FindPasskeyAsync([1, 2, 3], default))!.Value;
        Assert.Equal(ada.Sub, sub);
        Assert.Equal(PasskeyDocument.Write(passkey), PasskeyDocument.Write(found));
        Assert.Empty(await store.ListPasskeysAsync(other.Sub, default));
        Assert.Equal(passkey.Id, Assert.Single(await store.ListPasskeysAsync(ada.Sub, default)).Id);

        var used = passkey with { LastUsed = Time.Now, Version = Document.NewVersion() };
        Assert.True(await store.ChangePasskeyAsync(ada.Sub, passkey, used, default));
        Assert.False(await store.ChangePasskeyAsync(ada.Sub, passkey, used with { Version = "2" }, default));
        Assert.False(await store.RemovePasskeyAsync(ada.Sub, passkey, kept: null, default));
        Assert.True(await store.RemovePasskeyAsync(ada.Sub, used, kept: null, default));
        Assert.Null(await store.FindPasskeyAsync([1, 2, 3], default));
        Assert.True(await store.AddPasskeyAsync(other.Sub, PasskeyOf(1, 2, 3), default));
    }

    protected async Task Of_two_passkeys_that_are_removed_at_once_one_is_kept()
    {
        var store = await StoreAsync();
        var ada = await AddAsync(store, "ada");
        var (first, second) = (PasskeyOf(1), PasskeyOf(2));
        await store.AddPasskeyAsync(ada.Sub, first, default);
        await store.AddPasskeyAsync(ada.Sub, second, default);

        Assert.True(await store.RemovePasskeyAsync(ada.Sub, first, kept: second, default));
        Assert.False(await store.RemovePasskeyAsync(ada.Sub, second, kept: first, default));
        Assert.Equal(second.Id, Assert.Single(await store.ListPasskeysAsync(ada.Sub, default)).Id);
    }

    protected async Task Signed_out_user_keeps_the_passkeys()
    {
        var (store, documents) = (await StoreAsync(), await OpenAsync());
        var user = await AddAsync(store, "ada");
        await store.AddPasskeyAsync(user.Sub, PasskeyOf(1), default);
        await AddDocumentAsync(documents, user, "session#1");
        await AddDocumentAsync(documents, user, "link");
        await AddDocumentAsync(documents, user, "consent#1");

        await store.SignOutAsync(user.Sub, default);

        Assert.Empty(await documents.QueryAsync(UserStore.PartitionOf(user.Sub), "session#", 1, default));
        Assert.Empty(await documents.QueryAsync(UserStore.PartitionOf(user.Sub), "link", 1, default));
        Assert.Single(await documents.QueryAsync(UserStore.PartitionOf(user.Sub), "consent#", 1, default));
        Assert.Single(await store.ListPasskeysAsync(user.Sub, default));
        Assert.NotNull(await store.FindAsync(user.Sub, default));
    }

    internal static Passkey PasskeyOf(params byte[] credentialId) =>
        new() { CredentialId = [.. credentialId], PublicKey = [1], Name = "Phone", CreatedAt = TestKeys.CreatedAt };

    internal static User Renamed(User user, string name) => user with { UserName = name, Version = Document.NewVersion() };

    internal static async Task<User> AddAsync(UserStore store, string name)
    {
        var user = CurrentSessionTests.UserOf(name);
        Assert.True(await store.AddAsync(user, default));

        return user;
    }

    private static async Task AddDocumentAsync(IDocumentStore documents, User user, string sort) => Assert.True(
        await documents.WriteAsync([new DocumentWrite.Add(new(new(UserStore.PartitionOf(user.Sub), sort), "{}"))], default));

    private async Task<UserStore> StoreAsync() => new(await OpenAsync());
}

public sealed class UserStoreTests : UserStoreContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class UserStoreOnAwsTests(MotoServer moto) : UserStoreContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
