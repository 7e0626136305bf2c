using System.Text.Json.Nodes;
using Api.Clients;
using Api.Foundation.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Clients;

/// <summary>Key sets that are fetched from a client's jwks_uri: when they are fetched, and which are refused.</summary>
public sealed class ClientKeySetsTests : IAsyncLifetime, IDisposable
{
    private readonly SettableTime _time = new(TestKeys.CreatedAt);
    private readonly PublicHttpFetch _fetch;
    private readonly ClientKeySets _sets;
    private KeySetServer _server = null!;

    public ClientKeySetsTests()
    {
        _fetch = new(new Rerouted(() => _server.Address));
        _sets = new(_fetch, _time);
    }

    public async Task InitializeAsync() => _server = await KeySetServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _fetch.Dispose();

    [Fact]
    public async Task Registered_keys_need_no_request()
    {
        var key = ClientKeyPair.Ec().Public("one");

        var set = await _sets.FindAsync(Client with { JwksUri = null, Keys = [key] }, "two", default);

        Assert.Same(key, Assert.Single(set.Keys));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Set_is_fetched_once_for_all_and_again_after_five_minutes()
    {
        Publish("one");

        var sets = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await FindAsync("one"))));

        Assert.All(sets, set => Assert.Equal(["one"], set.Keys.Select(key => key.Kid)));
        Assert.Single(_server.Requests);
        Publish("two");
        _time.Now += TimeSpan.FromSeconds(299);
        Assert.Equal("one", (await FindAsync("one")).Keys.Single().Kid);
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("two", (await FindAsync("one")).Keys.Single().Kid);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Unknown_kid_asks_again_every_30_seconds_at_most()
    {
        Publish("one");
        await FindAsync("one");
        Publish("one", "two");

        _time.Now += TimeSpan.FromSeconds(29);
        Assert.False((await FindAsync("two")).Has("two"));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.True((await FindAsync("two")).Has("two"));
        Assert.False((await FindAsync("three")).Has("three"));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Search_for_an_unknown_kid_that_fails_loses_no_keys_and_does_not_make_them_last()
    {
        Publish("one");
        await FindAsync("one");
        Fail(503);

        _time.Now += TimeSpan.FromSeconds(30);
        Assert.True((await FindAsync("made up")).Has("one"));
        Assert.True((await FindAsync("made up as well")).Has("one"));
        Assert.Equal(2, _server.Requests.Count);
        _time.Now += TimeSpan.FromSeconds(270);
        Assert.Contains("status 503", (await FindAsync("one")).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_is_kept_for_ten_seconds()
    {
        Fail(500);

        Assert.Contains("status 500", (await FindAsync("one")).Fault, StringComparison.Ordinal);
        Publish("one");
        _time.Now += TimeSpan.FromSeconds(9);
        Assert.NotNull((await FindAsync("other")).Fault);
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Null((await FindAsync("one")).Fault);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Request_carries_nothing_but_what_it_needs()
    {
        _server.Answer = http =>
        {
            http.Response.Headers.SetCookie = "a=b";
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = "Basic";

            return Task.CompletedTask;
        };

        await FindAsync("one");
        _time.Now += ClientKeySets.FailureAge;
        await FindAsync("one");

        Assert.Equal(2, _server.Requests.Count);
        Assert.All(_server.Requests, headers => Assert.Equal(
            ["Accept", "Host"], headers.Split('\n').Select(header => header.Split(':')[0]).Order()));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 secret-in-the-answer\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("secret-in-the-answer\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nsecret-in-the-answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nsecret-in-the-answer")]
    public async Task Fault_says_nothing_of_the_answer(string answer)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync();
            await connection.GetStream().ReadAtLeastAsync(new byte[1024], 1);
            await connection.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        });

        using var fetch = new PublicHttpFetch(new Rerouted(() => new($"http://{listener.LocalEndpoint}/")));
        var set = await new ClientKeySets(fetch, _time).FindAsync(Client, null, default);

        await answering;
        Assert.NotNull(set.Fault);
        Assert.DoesNotContain("secret", set.Fault, StringComparison.Ordinal);
    }

    private static Client Client => new()
    {
        ClientId = "c",
        ClientName = "c",
        Scopes = [],
        CreatedAt = default,
        JwksUri = new("https://keys.example/jwks.json"),
    };

    private async Task<ClientKeySet> FindAsync(string kid) => await _sets.FindAsync(Client, kid, default);

    private void Publish(params string[] kids) => _server.Answer = http => http.Response.WriteAsync(SetOf(kids));

    private void Fail(int status) => _server.Answer = http =>
    {
        http.Response.StatusCode = status;

        return Task.CompletedTask;
    };

    private static string SetOf(params string[] kids) =>
        new JsonObject { ["keys"] = new JsonArray([.. kids.Select(kid => ClientKeyPair.Ec().Jwk(kid))]) }.ToJsonString();
}
