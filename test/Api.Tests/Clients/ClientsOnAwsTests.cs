using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Api.Clients;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Clients;

/// <summary>The app with its clients in DynamoDB: while that fails, and while another instance changes them.</summary>
[Collection(MotoCollection.Name)]
public sealed class ClientsOnAwsTests(MotoServer moto) : IAsyncLifetime
{
    private readonly SettableTime _time = new(new(2026, 6, 1, 23, 59, 30, TimeSpan.Zero));
    private UnreliableProxy _proxy = null!;
    private string _table = "";

    public async Task InitializeAsync()
    {
        _proxy = await UnreliableProxy.StartAsync(moto.Address);
        _proxy.Answer = UnreliableProxy.OneByOne();
        _table = await moto.CreateTableAsync();
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public static TheoryData<string> Outages => [.. Failures.Keys];

    private static readonly Dictionary<string, Func<HttpContext, Func<Task>, Task>> Failures = new()
    {
        ["stopped"] = UnreliableProxy.Drop,
        ["hanging"] = UnreliableProxy.Hang,
        ["500"] = UnreliableProxy.Error(500, "InternalServerError"),
        ["throttling"] = UnreliableProxy.Error(400, "ThrottlingException"),
    };

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_is_noticed_only_by_those_who_have_not_come_within_a_minute(string outage)
    {
        using var api = Start();
        var (known, other) = (await api.AddClientAsync("known", "USER"), await api.AddClientAsync("other", "USER"));
        using var before = await api.PostTokenAsync("known", known);
        _proxy.Answer = Failures[outage];

        _time.Now += TimeSpan.FromSeconds(59);
        using var cached = await api.PostTokenAsync("known", known);
        using var wrong = await api.PostTokenAsync("known", other);
        using var refused = await api.PostTokenAsync("other", other);
        _time.Now += TimeSpan.FromSeconds(1);
        using var late = await api.PostTokenAsync("known", known);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable],
            [before.StatusCode, cached.StatusCode, wrong.StatusCode, refused.StatusCode, late.StatusCode]);
        Assert.All([refused, late], response => Assert.NotNull(response.Headers.RetryAfter));
        Assert.Contains(api.Logs.Lines, line => line.Contains($"table {_table} cannot be read", StringComparison.Ordinal));

        // It ends, and so does the refusal.
        _proxy.Answer = UnreliableProxy.OneByOne();
        using var after = await api.PostTokenAsync("other", other);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [FactWith(Tool.Moto)]
    public async Task Id_of_the_first_client_is_nobody_s_though_there_is_none_now()
    {
        using var api = Start();
        var administrator = await api.GetTokenAsync("ADMIN");

        using var response = await api.SendAsync(
            HttpMethod.Post,
            "/admin/clients",
            JsonContent.Create(new { client_id = "admin", client_name = "Hidden", scope = "ADMIN" }),
            ("Authorization", $"Bearer {administrator}"));

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [FactWith(Tool.Moto)]
    public async Task Token_is_not_kept_waiting_by_the_note_of_its_use()
    {
        using var api = Start();
        var secret = await api.AddClientAsync("orders", "USER");
        using var before = await api.PostTokenAsync("orders", secret);
        // It is another day, so that a use is to be noted, and the note is never taken.
        _time.Now += TimeSpan.FromSeconds(59);
        var noting = new TaskCompletionSource();
        _proxy.Answer = (http, forward) =>
        {
            noting.TrySetResult();

            return UnreliableProxy.Hang(http, forward);
        };

        using var response = await api.PostTokenAsync("orders", secret);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await noting.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.IsTrueAsync(() => api.Logs.Lines.Any(line => line.Contains("was used is not recorded", StringComparison.Ordinal)));
    }

    [FactWith(Tool.Moto)]
    public async Task Change_counts_here_at_once_and_in_another_instance_within_a_minute()
    {
        using var here = Start();
        using var there = Start();
        var secret = await here.AddClientAsync("orders", "USER");
        var administrator = await here.GetTokenAsync("ADMIN");
        using var hereBefore = await here.PostTokenAsync("orders", secret);
        using var thereBefore = await there.PostTokenAsync("orders", secret);

        using var change = await here.SendAsync(
            HttpMethod.Patch, "/admin/clients/orders", JsonContent.Create(new { enabled = false }), ("Authorization", $"Bearer {administrator}"));
        using var hereAfter = await here.PostTokenAsync("orders", secret);
        _time.Now += TimeSpan.FromSeconds(59);
        using var thereCached = await there.PostTokenAsync("orders", secret);
        _time.Now += TimeSpan.FromSeconds(1);
        using var thereAfter = await there.PostTokenAsync("orders", secret);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.OK, HttpStatusCode.BadRequest],
            [hereBefore.StatusCode, thereBefore.StatusCode, change.StatusCode, hereAfter.StatusCode, thereCached.StatusCode, thereAfter.StatusCode]);
        Assert.Equal(
            "unauthorized_client", (await thereAfter.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
    }

    [FactWith(Tool.Moto)]
    public async Task Administrators_of_two_instances_who_remove_each_other_leave_one()
    {
        using var here = Start();
        using var there = Start();
        var tokens = new[] { await here.GetTokenAsync("ADMIN"), await there.GetTokenAsync("ADMIN") };
        var ids = (await here.Services.GetRequiredService<IClientStore>().ListAsync(null, 3, default)).Select(stored => stored.ClientId).ToArray();

        var answers = await Task.WhenAll(
            here.SendAsync(HttpMethod.Delete, $"/admin/clients/{ids[0]}", null, ("Authorization", $"Bearer {tokens[0]}")),
            there.SendAsync(HttpMethod.Delete, $"/admin/clients/{ids[1]}", null, ("Authorization", $"Bearer {tokens[1]}")));

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.Conflict], answers.Select(answer => answer.StatusCode).Order());
        Assert.Single(await there.Services.GetRequiredService<IClientStore>().ListAsync(null, 3, default));
    }

    [FactWith(Tool.Moto)]
    public async Task Secrets_rotate_in_two_instances_and_nobody_with_a_live_one_is_refused()
    {
        using var here = Start();
        using var there = Start();

        // What one instance has made is known to the other after a minute: only then is the new secret handed out.
        await SecretRotation.RunAsync([here, there], () => _time.Now += ClientCache.Age);
    }

    private ApiFactory Start() => new ApiFactory
    {
        Time = _time,
        Replace = services => services.AddSingleton<IAmazonDynamoDB>(MotoServer.DynamoClientOf(_proxy.Address)),
    }.Set("ClientsTable", _table);
}
