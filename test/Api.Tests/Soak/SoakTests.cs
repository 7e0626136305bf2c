using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Api.Keys;
using Api.Tests.Gateway;
using Api.Tests.Support;
using Xunit.Abstractions;

namespace Api.Tests.Soak;

/// <summary>
/// Two instances of the published app under load, on the same keys and clients, during disturbances. For a few seconds; with
/// SOAK_MINUTES=30 in the environment for that time, and then memory must not grow either.
/// </summary>
[Trait("Kind", "Soak")]
[Collection(GatewayCollection.Name)]
public sealed class SoakTests(MotoServer moto, ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    // So many that all code runs often: the runtime compiles it again in the first minutes, and not later.
    private const int Callers = 8;

    private static readonly double? Minutes = Environment.GetEnvironmentVariable("SOAK_MINUTES") is { } text
        ? double.Parse(text, CultureInfo.InvariantCulture)
        : null;

    private static readonly TimeSpan Duration = Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : TimeSpan.FromSeconds(12);

    // After the start of the instances, which takes a few seconds, and before the end.
    private static readonly TimeSpan UntilSecondKeySigns = Minutes is null ? TimeSpan.FromSeconds(10) : Duration / 2;

    // In a long run, longer than the instances use a key ring without loading it again.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Minutes is null ? 2 : 7);

    // People who stay, and people who leave at the same time.
    private static readonly int Staying = Minutes is null ? 4 : 12;
    private static readonly int Leaving = Minutes is null ? 5 : 6;

    // The longest time between two refreshes of a person.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(Minutes is null ? 1.5 : 60);

    private readonly string _firstSecret = new('f', 44);
    private readonly KeyOptions _keys = new() { KeyCacheAge = TimeSpan.FromSeconds(5) };
    private readonly Figures _figures = new();
    private readonly TemporaryFolder _folder = new();
    private UnreliableProxy _proxy = null!;
#pragma warning disable CA2213 // The test disposes of them.
    private Instance _steady = null!;
    private Instance _killed = null!;
#pragma warning restore CA2213

    public async Task InitializeAsync() => _proxy = await UnreliableProxy.StartAsync(moto.Address);

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Gateway)]
    public async Task Outages_kills_and_rotations_refuse_no_valid_token_and_sign_nobody_out()
    {
        await StartAsync();
        await using var steady = _steady;
        await using var killed = _killed;
        var administrator = new Administrator(steady, _firstSecret, _figures);
        var load = await PrepareAsync(administrator);
        var disturbances = new Disturbances(
            _proxy, killed, new KeyFunctions(moto, _keys, TimeProvider.System), administrator, Outage, _figures);

        var people = new People([steady, killed], administrator, () => disturbances.Lies, Pause, _figures);
        var staying = await Task.WhenAll(Enumerable.Range(0, Staying).Select(_ => people.AddAsync()));
        Assert.All(staying, person => Assert.NotNull(person.RefreshToken));

        using var stop = new CancellationTokenSource(Duration);
        await Task.WhenAll([
            .. staying.Select((person, seed) => Task.Run(() => people.StayAsync(person, seed, stop.Token))),
            .. Enumerable.Range(0, Leaving).Select(seed => Task.Run(() => people.LeaveAsync(seed, stop.Token))),
            .. Enumerable.Range(0, Callers).Select(seed => Task.Run(() => load.RunAsync(seed, stop.Token))),
            Task.Run(() => MeasureAsync(stop.Token)),
            Task.Run(() => disturbances.RunAsync(load, stop.Token)),
        ]);

        await Task.WhenAll(staying.Select(people.CheckStayedAsync));
        output.WriteLine($"{Duration.TotalMinutes} minutes, {_figures.Requests} requests, {load.Kids.Count} keys have signed");
        output.WriteLine(_figures.Table());
        Assert.Empty(load.Wrong);
        Assert.Empty(people.Wrong);
        Assert.Equal(2, load.Kids.Count);
        Assert.All(
            ["secret", "private_key_jwt", "new token", "old token", "key set", "admin list", "refresh"],
            kind => Assert.NotEqual(0, _figures.CountOf(kind, "200")));

        if (Minutes is not null)
        {
            Assert.InRange(_figures.ResidentByQuarter()[3], 0, 1.05 * _figures.ResidentByQuarter()[1]);
        }
    }

    private async Task StartAsync()
    {
        Dictionary<string, string> environment = new(moto.Variables.ToDictionary(variable => variable.Item1, variable => variable.Item2))
        {
            ["AWS_ENDPOINT_URL"] = _proxy.Address,
            ["Issuer"] = ApiFactory.Issuer,
            ["DataTable"] = await moto.CreateTableAsync(),
            ["FirstClientSecretId"] = await moto.CreateSecretAsync(_firstSecret),
        };
        // As in the template.
        var deployed = (await SamTemplate.ResolveAsync([])).GetProperty("ApiFunction").GetProperty("Properties").GetProperty("Environment");
        environment["MALLOC_ARENA_MAX"] = deployed.GetProperty("Variables").GetProperty("MALLOC_ARENA_MAX").GetString()!;
        _proxy.Answer = UnreliableProxy.OneByOne();
        var folder = await PublishedApp.Folder;
        string[] arguments = ["--Issuer", ApiFactory.Issuer, "--KeyCacheAge", $"{_keys.KeyCacheAge}"];
        environment["SigningKeySecretId"] = _keys.SigningKeySecretId = await moto.CreateSecretAsync(Ring());
        (_steady, _killed) = (New("steady"), New("killed"));
        await Task.WhenAll(_steady.StartAsync(), _killed.StartAsync());

        string Ring()
        {
            var now = DateTimeOffset.UtcNow;
            ImmutableArray<SigningKey> keys =
                [TestKeys.At(0, now.AddDays(-3)), TestKeys.At(1, now - _keys.KeyPropagation + UntilSecondKeySigns)];

            return Encoding.UTF8.GetString(KeyRingDocument.Write(keys));
        }

        Instance New(string name) => new(name, () => ApiProcess.StartInAsync(folder, _folder[name], environment, arguments));
    }

    /// <summary>A client with a secret, one with a key, and a token for each caller to begin with.</summary>
    private async Task<Load> PrepareAsync(Administrator administrator)
    {
        await administrator.GetTokenAsync();
        var key = ClientKeyPair.Ec();
        var orders = await administrator.RegisterAsync(
            new() { ["client_id"] = "orders", ["client_name"] = "Orders", ["scope"] = "USER" });
        await administrator.RegisterAsync(new()
        {
            ["client_id"] = "robot",
            ["client_name"] = "Robot",
            ["scope"] = "USER",
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(key.Jwk()) },
        });
        await administrator.RegisterAsync(new()
        {
            ["client_id"] = "app",
            ["client_name"] = "App",
            ["scope"] = "USER",
            ["token_endpoint_auth_method"] = "none",
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["redirect_uris"] = new JsonArray(SignInApp.Redirect),
        });
        var load = new Load([_steady, _killed], key, _figures)
        {
            Administrator = administrator.Token,
            Secret = orders.GetProperty("client_secret").GetString()!,
        };
        await load.GetTokenAsync(_steady, "secret", Load.Form(("client_id", "orders"), ("client_secret", load.Secret)));

        return load;
    }

    private async Task MeasureAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _figures.Resident(_steady.Resident);
            await Disturbances.WaitAsync(TimeSpan.FromSeconds(1), stop);
        }
    }
}
