using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Keys;
using Api.Tests.Gateway;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Api.Tests.Soak;

/// <summary>
/// Two instances of the published app under load, on the same keys and clients, while AWS fails in every way, an instance is killed, and
/// keys and secrets rotate. For two minutes; with SOAK_MINUTES=30 in the environment for so long, and then memory must not grow either.
/// </summary>
[Trait("Kind", "Soak")]
[Collection(MotoCollection.Name)]
public sealed class SoakTests(MotoServer moto, ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    // Enough that what is used at all is used often: the runtime compiles it anew in the first minutes, and not all along.
    private const int Callers = 8;
    private const int MostRotations = 7;

    private static readonly double? Minutes = Environment.GetEnvironmentVariable("SOAK_MINUTES") is { } text
        ? double.Parse(text, CultureInfo.InvariantCulture)
        : null;

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(Minutes ?? 2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(7);
    private static readonly HttpClient Http = new();

    private readonly string _firstSecret = new('f', 44);
    private readonly KeyOptions _keys = new() { KeyCacheAge = TimeSpan.FromSeconds(5) };
    private readonly Figures _figures = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Func<HttpContext, Func<Task>, Task> _healthy = UnreliableProxy.OneByOne();
    private UnreliableProxy _proxy = null!;
#pragma warning disable CA2213 // The test disposes of them.
    private Instance _steady = null!;
    private Instance _killed = null!;
#pragma warning restore CA2213
    private string _administrator = "";

    public async Task InitializeAsync() => _proxy = await UnreliableProxy.StartAsync(moto.Address);

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Gateway)]
    public async Task Outages_kills_and_rotations_refuse_no_living_token_and_accept_no_wrong_one()
    {
        await StartAsync();
        await using var steady = _steady;
        await using var killed = _killed;
        var key = ClientKeyPair.Ec();
        var load = new Load([steady, killed], key, _figures)
        {
            Administrator = _administrator = await GetAdministratorAsync(),
            Secret = (await PostAsync("", new() { ["client_id"] = "orders", ["client_name"] = "Orders", ["scope"] = "USER" }))
                .GetProperty("client_secret").GetString()!,
        };
        await PostAsync(
            "",
            new()
            {
                ["client_id"] = "robot",
                ["client_name"] = "Robot",
                ["scope"] = "USER",
                ["token_endpoint_auth_method"] = "private_key_jwt",
                ["jwks"] = new JsonObject { ["keys"] = new JsonArray(key.Jwk()) },
            });
        await load.GetTokenAsync(steady, "secret", Load.Form(("client_id", "orders"), ("client_secret", load.Secret)));

        using var stop = new CancellationTokenSource(Duration);
        await Task.WhenAll([
            .. Enumerable.Range(0, Callers).Select(seed => Task.Run(() => load.RunAsync(seed, stop.Token))),
            Task.Run(() => MeasureAsync(stop.Token)),
            Task.Run(() => DisturbAsync(load, stop.Token)),
        ]);

        output.WriteLine($"{Duration.TotalMinutes} minutes, {_figures.Requests} requests, {load.Kids.Count} keys have signed");
        output.WriteLine(_figures.Table());
        Assert.Empty(load.Wrong);
        Assert.Equal(2, load.Kids.Count);
        Assert.All(
            ["secret", "private_key_jwt", "new token", "old token", "key set", "admin list"],
            kind => Assert.NotEqual(0, _figures.CountOf(kind, "200")));

        if (Minutes is not null)
        {
            Assert.InRange(_figures.ResidentByQuarter()[3], 0, 1.05 * _figures.ResidentByQuarter()[1]);
        }
    }

    private async Task StartAsync()
    {
        var now = DateTimeOffset.UtcNow;
        // The second becomes the one that signs in the middle.
        ImmutableArray<SigningKey> ring = [TestKeys.At(0, now.AddDays(-3)), TestKeys.At(1, now - _keys.KeyPropagation + (Duration / 2))];
        _keys.SigningKeySecretId = await moto.CreateSecretAsync(Encoding.UTF8.GetString(KeyRingDocument.Write(ring)));
        Dictionary<string, string> environment = new(moto.Variables.ToDictionary(variable => variable.Item1, variable => variable.Item2))
        {
            ["AWS_ENDPOINT_URL"] = _proxy.Address,
            ["Issuer"] = ApiFactory.Issuer,
            ["SigningKeySecretId"] = _keys.SigningKeySecretId,
            ["ClientsTable"] = await moto.CreateTableAsync(),
            ["FirstClientSecretId"] = await moto.CreateSecretAsync(_firstSecret),
        };
        // As in the template.
        var deployed = (await SamTemplate.ResolveAsync([])).GetProperty("ApiFunction").GetProperty("Properties").GetProperty("Environment");
        environment["MALLOC_ARENA_MAX"] = deployed.GetProperty("Variables").GetProperty("MALLOC_ARENA_MAX").GetString()!;
        _proxy.Answer = _healthy;
        var folder = await PublishedApp.Folder;
        string[] arguments = ["--Issuer", ApiFactory.Issuer, "--KeyCacheAge", $"{_keys.KeyCacheAge}"];
        (_steady, _killed) = (New("steady"), New("killed"));
        await Task.WhenAll(_steady.StartAsync(), _killed.StartAsync());

        Instance New(string name) => new(name, () => ApiProcess.StartInAsync(folder, _folder[name], environment, arguments));
    }

    /// <summary>One disturbance after the other.</summary>
    private async Task DisturbAsync(Load load, CancellationToken stop)
    {
        (string What, Func<HttpContext, Func<Task>, Task> Answer)[] outages =
        [
            ("stopped", UnreliableProxy.Drop),
            ("slow", UnreliableProxy.Delay),
            ("throttling", UnreliableProxy.Error(400, "ThrottlingException")),
            ("lying", LieAsync),
            ("hanging", UnreliableProxy.Hang),
        ];
        var rotating = RotateSecretsAsync(load, stop);

        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            var (what, answer) = outages[round % outages.Length];
            _proxy.Answer = answer;
            _figures.Happened($"outage: {what}");

            // Every third time it starts while there is nothing to be had.
            if (round % 3 is 2)
            {
                await KillAsync();
            }

            await WaitAsync(Pause, stop);
            _proxy.Answer = _healthy;
            await WaitAsync(Pause / 2, stop);
            await KillAsync();
            await RotateKeysAsync(round);
        }

        await rotating;
    }

    private async Task KillAsync()
    {
        await _killed.RestartAsync(TimeSpan.FromSeconds(1));
        _figures.Happened("kill");
    }

    // A ring has room for ten keys.
    private async Task RotateKeysAsync(int round)
    {
        if (round >= MostRotations)
        {
            return;
        }

        await new KeyFunctions(moto, _keys, TimeProvider.System).RotateAsync();
        _figures.Happened("rotation of the keys");
    }

    /// <summary>A new secret is handed out when every instance knows it, and then the one before is removed.</summary>
    private async Task RotateSecretsAsync(Load load, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await TryAdministerAsync(HttpMethod.Post, "/orders/secrets", []) is { } made)
            {
                await WaitAsync(TimeSpan.FromSeconds(61), stop);

                if (stop.IsCancellationRequested)
                {
                    return;
                }

                load.Secret = made.GetProperty("client_secret").GetString()!;
                _figures.Happened("rotation of a secret");
                // Requests with the one before may be under way.
                await WaitAsync(TimeSpan.FromSeconds(30), stop);
                await RemoveAllSecretsButAsync(made.GetProperty("id").GetString()!, stop);
            }

            await WaitAsync(TimeSpan.FromSeconds(2), stop);
        }
    }

    private async Task RemoveAllSecretsButAsync(string kept, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await TryAdministerAsync(HttpMethod.Get, "/orders", null) is { } client)
            {
                var ids = client.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("id").GetString());

                if (ids.FirstOrDefault(id => id != kept) is not { } old)
                {
                    return;
                }

                await TryAdministerAsync(HttpMethod.Delete, $"/orders/secrets/{old}", null);
            }

            await WaitAsync(TimeSpan.FromSeconds(1), stop);
        }
    }

    private async Task MeasureAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _figures.Resident(_steady.Resident);
            await WaitAsync(TimeSpan.FromSeconds(1), stop);
        }
    }

    private async Task<string> GetAdministratorAsync()
    {
        using var form = Load.Form(("client_id", "admin"), ("client_secret", _firstSecret));
        using var response = await Http.PostAsync(new Uri($"{_steady.Address}/oauth2/token"), form);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());

        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    private async Task<JsonElement> PostAsync(string path, JsonObject body) =>
        await TryAdministerAsync(HttpMethod.Post, path, body) ?? throw new InvalidOperationException("The client cannot be made.");

    /// <summary>The answer; null where the table cannot be had now.</summary>
    private async Task<JsonElement?> TryAdministerAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, $"{_steady.Address}/admin/clients{path}")
        {
            Content = body is null ? null : JsonContent.Create(body),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _administrator) },
        };
        using var response = await Http.SendAsync(request);
        _figures.Happened($"administration: {(int)response.StatusCode}");

        return response.IsSuccessStatusCode && response.StatusCode is not System.Net.HttpStatusCode.NoContent
            ? await response.Content.ReadFromJsonAsync<JsonElement>()
            : null;
    }

    // Answers of the right form with half of what is kept in them.
    private async Task LieAsync(HttpContext http, Func<Task> forward)
    {
        var body = http.Response.Body;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        await _healthy(http, forward);
        http.Response.Body = body;
        var json = JsonNode.Parse(Encoding.UTF8.GetString(answer.ToArray()))!.AsObject();

        if (json["SecretString"] is JsonValue secret)
        {
            json["SecretString"] = Half(secret);
        }

        foreach (var item in new[] { json["Item"] }.Concat(json["Items"]?.AsArray() ?? []))
        {
            if (item?["document"]?["S"] is JsonValue document)
            {
                item["document"]!["S"] = Half(document);
            }
        }

        await http.Response.WriteAsync(json.ToJsonString());

        static string Half(JsonValue value) => value.GetValue<string>() is var text ? text[..(text.Length / 2)] : "";
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken stop) =>
        await Task.Delay(time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
