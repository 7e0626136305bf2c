using Api.Foundation;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.Users;

/// <summary>One-time links with each engine of the document store.</summary>
public abstract class EnrollmentLinkContract : StorageContract
{
    private static readonly string Sub = User.NewSub();

    public static TheoryData<string> Contract => NamesOf(typeof(EnrollmentLinkContract));

    protected async Task Link_is_found_until_it_is_used()
    {
        var (here, there) = (await LinksAsync(), await LinksAsync());
        var value = await here.CreateAsync(Sub, default);

        Assert.True(OpaqueToken.IsWellFormed(value));
        Assert.Equal(Sub, await there.FindAsync(value, default));
        Assert.Equal(Sub, await there.FindAsync(value, default));
        Assert.Equal(Sub, await there.ConsumeAsync(value, default));
        Assert.Null(await here.FindAsync(value, default));
        Assert.Null(await here.ConsumeAsync(value, default));
    }

    protected async Task Of_200_callers_at_two_instances_one_uses_the_link()
    {
        EnrollmentLinks[] instances = [await LinksAsync(), await LinksAsync()];
        var value = await instances[0].CreateAsync(Sub, default);

        var used = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            number => Task.Run(() => instances[number % 2].ConsumeAsync(value, default))));

        Assert.Equal(Sub, Assert.Single(used, sub => sub is not null));
    }

    protected async Task Link_is_good_for_a_day()
    {
        var links = await LinksAsync();
        var (first, second) = (await links.CreateAsync(Sub, default), await links.CreateAsync(Sub, default));

        Time.Now += EnrollmentLinks.Lifetime - TimeSpan.FromSeconds(1);
        Assert.Equal(Sub, await links.FindAsync(first, default));
        Assert.Equal(Sub, await links.ConsumeAsync(first, default));

        Time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await links.FindAsync(second, default));
        Assert.Null(await links.ConsumeAsync(second, default));
    }

    protected async Task Text_that_is_no_link_is_unknown()
    {
        var links = await LinksAsync();
        var value = await links.CreateAsync(Sub, default);
        string[] others =
        [
            "", " ", ".", value + "A", value[..^1], value.ToUpperInvariant(), $"{value}/", OpaqueToken.Hash(value), new('A', 43), new('é', 43),
            new('A', 100_000),
        ];

        foreach (var other in others)
        {
            Assert.Null(await links.FindAsync(other, default));
            Assert.Null(await links.ConsumeAsync(other, default));
        }

        Assert.Equal(Sub, await links.ConsumeAsync(value, default));
    }

    protected async Task Damaged_link_is_unknown()
    {
        var store = await OpenAsync();
        var end = Time.Now.AddHours(1);
        (string Json, DateTimeOffset? End)[] documents =
        [
            ("", end), ("{", end), ("null", end), ("[]", end), ("{}", end),
            ("""{"sub":null,"is_used":false}""", end),
            ("""{"sub":"usr_","is_used":false}""", end),
            ("""{"sub":"admin","is_used":false}""", end),
            ($$"""{"sub":"{{Sub}}","is_used":false,"other":1}""", end),
            ($$"""{"sub":"{{Sub}}","is_used":false,"new_user_name":"a b"}""", end),
            ($$"""{"sub":"{{Sub}}","is_used":false,"new_user_name":"a","new_name":""}""", end),
            ($$"""{"sub":"{{Sub}}","is_used":false}""", null),
        ];

        foreach (var (json, expiresAt) in documents)
        {
            var value = OpaqueToken.Generate();
            await store.WriteAsync(
                [new DocumentWrite.Add(new(new($"link#{OpaqueToken.Hash(value)}", "link"), json) { ExpiresAt = expiresAt })], default);

            Assert.Null(await (await LinksAsync()).FindAsync(value, default));
            Assert.Null(await (await LinksAsync()).ConsumeAsync(value, default));
        }
    }

    private async Task<EnrollmentLinks> LinksAsync() => new(await OpenAsync(), Time);
}

public sealed class EnrollmentLinkTests : EnrollmentLinkContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class EnrollmentLinkOnAwsTests(MotoServer moto) : EnrollmentLinkContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
