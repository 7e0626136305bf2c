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

        Assert.Matches($"^{Sub}\\.[A-Za-z0-9_-]{{43}}$", value);
        Assert.Equal(Sub, (await there.FindAsync(value, default))?.Sub);
        Assert.Equal(Sub, (await there.FindAsync(value, default))?.Sub);
        Assert.Equal(Sub, (await there.ConsumeAsync(value, default))?.Sub);
        Assert.Null(await here.FindAsync(value, default));
        Assert.Null(await here.ConsumeAsync(value, default));
    }

    protected async Task Of_200_callers_at_two_instances_one_uses_the_link()
    {
        EnrollmentLinks[] instances = [await LinksAsync(), await LinksAsync()];
        var value = await instances[0].CreateAsync(Sub, default);

        var used = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            number => Task.Run(() => instances[number % 2].ConsumeAsync(value, default))));

        Assert.Equal(Sub, Assert.Single(used.OfType<EnrollmentLink>()).Sub);
    }

    protected async Task Link_is_good_for_a_day()
    {
        var links = await LinksAsync();
        var value = await links.CreateAsync(Sub, default);

        Time.Now += EnrollmentLinks.Lifetime - TimeSpan.FromSeconds(1);
        Assert.Equal(Sub, (await links.FindAsync(value, default))?.Sub);

        Time.Now += TimeSpan.FromSeconds(1);
        Assert.Null(await links.FindAsync(value, default));
        Assert.Null(await links.ConsumeAsync(value, default));
    }

    protected async Task New_link_replaces_the_one_before()
    {
        var (here, there) = (await LinksAsync(), await LinksAsync());
        var (first, other) = (await here.CreateAsync(Sub, default), await here.CreateAsync(User.NewSub(), default));

        var second = await there.CreateAsync(Sub, default);

        Assert.Null(await here.FindAsync(first, default));
        Assert.Null(await here.ConsumeAsync(first, default));
        Assert.NotNull(await here.ConsumeAsync(other, default));
        Assert.NotNull(await here.ConsumeAsync(second, default));
        Assert.NotNull(await here.ConsumeAsync(await here.CreateAsync(Sub, default), default));
    }

    protected async Task Of_5_new_links_of_a_user_one_can_be_used()
    {
        var links = await LinksAsync();

        var values = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => links.CreateAsync(Sub, default))));

        var used = await Task.WhenAll(values.Select(value => links.ConsumeAsync(value, default)));
        Assert.Single(used.OfType<EnrollmentLink>());
    }

    protected async Task Text_that_is_no_link_is_unknown()
    {
        var links = await LinksAsync();
        var value = await links.CreateAsync(Sub, default);
        string[] others =
        [
            "", " ", ".", value + "A", value[..^1], value.ToUpperInvariant(), $"{value}/", value.Split('.')[1], $"{Sub}.", Sub,
            $"{User.NewSub()}.{value.Split('.')[1]}", $"{Sub}.{OpaqueToken.Hash(value.Split('.')[1])}", $"{value}.{value}",
            $"{Sub}.{new string('é', 43)}", new('A', 100_000),
        ];

        foreach (var other in others)
        {
            Assert.Null(await links.FindAsync(other, default));
            Assert.Null(await links.ConsumeAsync(other, default));
        }

        Assert.Equal(Sub, (await links.ConsumeAsync(value, default))?.Sub);
    }

    protected async Task Damaged_link_is_unknown()
    {
        var store = await OpenAsync();
        var end = Time.Now.AddHours(1);
        var random = OpaqueToken.Generate();
        var hash = OpaqueToken.Hash(random);
        (string Json, DateTimeOffset? End)[] documents =
        [
            ("", end), ("{", end), ("null", end), ("[]", end), ("{}", end),
            ($$"""{"sub":null,"hash":"{{hash}}","is_used":false}""", end),
            ($$"""{"sub":"{{User.NewSub()}}","hash":"{{hash}}","is_used":false}""", end),
            ($$"""{"sub":"admin","hash":"{{hash}}","is_used":false}""", end),
            ($$"""{"sub":"{{Sub}}","hash":"","is_used":false}""", end),
            ($$"""{"sub":"{{Sub}}","is_used":false}""", end),
            ($$"""{"sub":"{{Sub}}","hash":"{{hash}}","is_used":false,"other":1}""", end),
            ($$"""{"sub":"{{Sub}}","hash":"{{hash}}","is_used":false,"new_user_name":"a b"}""", end),
            ($$"""{"sub":"{{Sub}}","hash":"{{hash}}","is_used":false,"new_user_name":"a","new_name":""}""", end),
            ($$"""{"sub":"{{Sub}}","hash":"{{hash}}","is_used":false}""", null),
        ];
        var version = "";

        foreach (var (json, expiresAt) in documents)
        {
            var damaged = new Document(new(UserStore.PartitionOf(Sub), "link"), json) { ExpiresAt = expiresAt };
            Assert.True(await store.WriteAsync(
                [version is "" ? new DocumentWrite.Add(damaged) : new DocumentWrite.Replace(damaged, version)], default));
            version = damaged.Version;

            Assert.Null(await (await LinksAsync()).FindAsync($"{Sub}.{random}", default));
            Assert.Null(await (await LinksAsync()).ConsumeAsync($"{Sub}.{random}", default));
        }

        Assert.NotNull(await (await LinksAsync()).ConsumeAsync(await (await LinksAsync()).CreateAsync(Sub, default), default));
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
