using System.Net;
using Api.Configuration;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Clients;

/// <summary>A client assertion is accepted once (RFC 7523 §3, item 7), on all instances and whatever their clocks say.</summary>
public sealed class AssertionReplayTests(ClientsWithKeys clients) : IClassFixture<ClientsWithKeys>
{
    [Fact]
    public async Task Assertion_is_accepted_once()
    {
        var assertion = clients.Forge().Sign();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => PostAsync(assertion))));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        Assert.Contains(clients.Api.Logs.Lines, line => line.Contains("has been used before", StringComparison.Ordinal));
        clients.AssertNotInTheLog(assertion);
    }

    [Fact]
    public async Task Assertion_is_accepted_once_by_all_instances_until_it_expires()
    {
        using var here = new ApiFactory();
        using var there = await StartBesideAsync(here);
        var forge = new AssertionForge("rsa", clients.Rsa, "RS256", here.Time.Now);
        var assertion = forge.Sign(payload => payload["exp"] = forge.Now + 0.9);

        using var first = await PostAsync(assertion, here);
        there.Time.Now += TimeSpan.FromSeconds(30.8);
        using var second = await PostAsync(assertion, there);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await ClientsWithKeys.AssertRefusedAsync(second);
        Assert.Contains(there.Logs.Lines, line => line.Contains("has been used before", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public async Task Assertion_is_refused_again_after_the_clock_is_set_back(int hours)
    {
        using var api = new ApiFactory();
        await api.AddClientAsync("rsa", "USER", client => client with { Keys = [clients.Rsa.Public()] });
        var assertion = new AssertionForge("rsa", clients.Rsa, "RS256", api.Time.Now).Sign();
        using var first = await PostAsync(assertion, api);

        // The next assertion removes expired identifiers from the store.
        api.Time.Now += TimeSpan.FromHours(hours);
        using var later = await PostAsync(new AssertionForge("rsa", clients.Rsa, "RS256", api.Time.Now).Sign(), api);
        api.Time.Now -= TimeSpan.FromHours(hours);
        using var again = await PostAsync(assertion, api);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, later.StatusCode));
        await ClientsWithKeys.AssertRefusedAsync(again);
        Assert.Contains(api.Logs.Lines, line => line.Contains("has been used before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clock_that_is_ahead_does_not_allow_a_replay_at_another_instance()
    {
        using var here = new ApiFactory();
        using var ahead = await StartBesideAsync(here);
        var forge = new AssertionForge("rsa", clients.Rsa, "RS256", here.Time.Now);
        var assertion = forge.Sign(payload => payload["exp"] = forge.Now);
        using var first = await PostAsync(assertion, here);

        here.Time.Now += TimeSpan.FromSeconds(29);
        ahead.Time.Now += TimeSpan.FromSeconds(29 + 60);
        using var other = await PostAsync(new AssertionForge("rsa", clients.Rsa, "RS256", ahead.Time.Now).Sign(), ahead);
        using var second = await PostAsync(assertion, here);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, other.StatusCode));
        await ClientsWithKeys.AssertRefusedAsync(second);
        Assert.Contains(here.Logs.Lines, line => line.Contains("has been used before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_jti()
    {
        var jti = Guid.NewGuid().ToString();

        using var one = await PostAsync(clients.Forge().Sign(payload => payload["jti"] = jti));
        using var other = await PostAsync(clients.Forge("ec", "ES256").Sign(payload => payload["jti"] = jti));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (one.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task Forged_assertion_does_not_use_up_a_jti()
    {
        var jti = Guid.NewGuid().ToString();

        using var forged = await PostAsync(clients.Forge().Sign(payload => payload["jti"] = jti, key: clients.OtherRsa));
        using var real = await PostAsync(clients.Forge().Sign(payload => payload["jti"] = jti));

        await ClientsWithKeys.AssertRefusedAsync(forged);
        Assert.Equal(HttpStatusCode.OK, real.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string assertion, ApiFactory? api = null) =>
        ClientsWithKeys.PostAsync(api ?? clients.Api, assertion);

    /// <summary>A second instance with the same clients. One of them has a key.</summary>
    private async Task<ApiFactory> StartBesideAsync(ApiFactory api)
    {
        await api.AddClientAsync("rsa", "USER", client => client with { Keys = [clients.Rsa.Public()] });

        return new ApiFactory().Set("DataDirectory", api.Services.GetRequiredService<AuthorizationServerOptions>().DataDirectory);
    }
}
