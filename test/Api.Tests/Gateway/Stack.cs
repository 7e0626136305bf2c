using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Gateway;

/// <summary>
/// serverless.template, deployed on this machine in the order of the template: routes and authorizer on an emulated HTTP API, functions
/// as processes of the published package with the environment of the template, secrets and table in moto.
/// </summary>
internal sealed class Stack : IAsyncDisposable
{
    private readonly Dictionary<string, LambdaFunction> _functions = [];
    private readonly TemporaryFolder _folder = new();
    private readonly bool _followsClock;
    private string _table = "";
    private JsonElement _resources;

    private Stack(MotoServer moto, bool followsClock)
    {
        (Moto, Time, _followsClock) = (moto, new(_folder["clock"]), followsClock);
        Time.Advance(TimeSpan.Zero);
    }

    public MotoServer Moto { get; }

    public ShiftedTime Time { get; }

    public HttpApi Api { get; } = new();

    public string SigningKeySecretId { get; private set; } = "";

    public string FirstClientSecret { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(22));

    public LambdaFunction ApiFunction => _functions["ApiFunction"];

    /// <summary>The environment variables of a command of an operator.</summary>
    public (string Name, string Value)[] CommandLineSettings => [.. Moto.Variables, ("DataTable", _table)];

    /// <summary>Deploys the resources that the template has before the readiness gate.</summary>
    public static async Task<Stack> PrepareAsync(MotoServer moto, bool followsClock = false)
    {
        var stack = new Stack(moto, followsClock);

        try
        {
            // Its address is the issuer of the functions. It answers 404 until it has routes.
            await stack.Api.StartAsync();
            await stack.MakeWhatFunctionsNeedAsync();

            foreach (var (name, _) in stack.OfType("AWS::Lambda::Function"))
            {
                stack._functions[name] = await stack.CreateFunctionAsync(name);
            }

            stack.AddRoutes(route => !route.TryGetProperty("AuthorizerId", out _));

            return stack;
        }
        catch
        {
            await stack.DisposeAsync();

            throw;
        }
    }

    public static async Task<Stack> DeployAsync(MotoServer moto, bool followsClock = false)
    {
        var stack = await PrepareAsync(moto, followsClock);

        try
        {
            await stack.MakeFirstKeyAsync();
            Assert.Equal("SUCCESS", (await stack.RunGateAsync()).GetProperty("Status").GetString());
            await stack.CreateAuthorizerAsync();

            return stack;
        }
        catch
        {
            await stack.DisposeAsync();

            throw;
        }
    }

    /// <summary>Invokes the rotation function as Secrets Manager does.</summary>
    public async Task RotateAsync()
    {
        var token = Guid.NewGuid();

        foreach (var step in (string[])["createSecret", "setSecret", "testSecret", "finishSecret"])
        {
            await _functions["RotationFunction"].InvokeAsync(
                JsonSerializer.Serialize(new { Step = step, SecretId = SigningKeySecretId, ClientRequestToken = token, RotationToken = "r" }));
        }
    }

    /// <summary>Creates the resource FirstKey as CloudFormation does.</summary>
    public async Task MakeFirstKeyAsync() =>
        Assert.Equal("SUCCESS", (await InvokeAsync("FirstKey")).GetProperty("Status").GetString());

    /// <summary>Creates the resource ReadinessGate as CloudFormation does, and returns the gate's response.</summary>
    public Task<JsonElement> RunGateAsync() => InvokeAsync("ReadinessGate");

    /// <summary>Revokes a signing key as an operator does.</summary>
    public Task RevokeAsync(string kid) => _functions["RevocationFunction"].InvokeAsync(JsonSerializer.Serialize(new { Kid = kid }));

    // Creates a custom resource as CloudFormation does.
    private async Task<JsonElement> InvokeAsync(string resource)
    {
        var properties = _resources.GetProperty(resource).GetProperty("Properties");
        var answered = new TaskCompletionSource<JsonElement>();
        await using var cloudFormation = await ListenAsync(async http =>
            answered.SetResult(await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body)));

        // "GateFunction.Arn"
        await _functions[properties.GetProperty("ServiceToken").GetString()!.Split('.')[0]].InvokeAsync(JsonSerializer.Serialize(new
        {
            RequestType = "Create",
            ResponseURL = cloudFormation.Urls.Single(),
            StackId = "stack",
            RequestId = "request",
            LogicalResourceId = resource,
            ResourceProperties = properties,
        }));

        return await answered.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    /// <summary>Creates the authorizer and the routes that it protects.</summary>
    /// <exception cref="InvalidOperationException">The issuer does not answer in time, and the deployment fails.</exception>
    public async Task CreateAuthorizerAsync()
    {
        var configuration = _resources.GetProperty("Authorizer").GetProperty("Properties").GetProperty("JwtConfiguration");
        var authorizer = await JwtAuthorizer.CreateAsync(
            configuration.GetProperty("Issuer").GetString()!, configuration.GetProperty("Audience").Deserialize<string[]>()!, Time);
        AddRoutes(route => route.TryGetProperty("AuthorizerId", out _), authorizer);
    }

    /// <summary>
    /// Starts another instance of the API's function, as Lambda does when the first one is busy. The gateway sends it no requests.
    /// </summary>
    public Task<LambdaFunction> CreateApiInstanceAsync() => CreateFunctionAsync("ApiFunction");

    public async Task<KeyRing> LoadRingAsync() =>
        await new KeyRingSecret(new(() => MotoServer.ClientOf(Moto.Address)), new() { SigningKeySecretId = SigningKeySecretId }).LoadAsync(default);

    public async ValueTask DisposeAsync()
    {
        foreach (var function in _functions.Values)
        {
            await function.DisposeAsync();
        }

        await Api.DisposeAsync();
        _folder.Dispose();
    }

    private async Task MakeWhatFunctionsNeedAsync()
    {
        SigningKeySecretId = await Moto.CreateSecretAsync();
        _table = await Moto.CreateTableAsync();
        _resources = await SamTemplate.ResolveAsync(new()
        {
            ["IssuerParameter.Value"] = Api.Address,
            ["KeySecret"] = SigningKeySecretId,
            ["DataTable"] = _table,
            ["FirstClientSecret"] = await Moto.CreateSecretAsync(FirstClientSecret),
        });
    }

    private async Task<LambdaFunction> CreateFunctionAsync(string name) => await LambdaFunction.CreateAsync(
        _resources.GetProperty(name).GetProperty("Properties"),
        Time,
        [.. Moto.Variables, .. _followsClock ? Time.Environment : []]);

    private void AddRoutes(Func<JsonElement, bool> which, JwtAuthorizer? authorizer = null)
    {
        foreach (var (_, route) in OfType("AWS::ApiGatewayV2::Route").Where(route => which(route.Properties)))
        {
            var scopes = route.TryGetProperty("AuthorizationScopes", out var list) ? list.Deserialize<string[]>()! : [];
            Api.AddRoute(route.GetProperty("RouteKey").GetString()!, FunctionOf(route), authorizer, scopes);
        }
    }

    // "integrations/ApiIntegration", whose address is "ApiFunction.Arn".
    private LambdaFunction FunctionOf(JsonElement route)
    {
        var integration = _resources.GetProperty(route.GetProperty("Target").GetString()!.Split('/')[1]).GetProperty("Properties");

        return _functions[integration.GetProperty("IntegrationUri").GetString()!.Split('.')[0]];
    }

    private IEnumerable<(string Name, JsonElement Properties)> OfType(string type) => _resources.EnumerateObject()
        .Where(resource => resource.Value.GetProperty("Type").GetString() == type)
        .Select(resource => (resource.Name, resource.Value.GetProperty("Properties")));

    private static async Task<WebApplication> ListenAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();

        return app;
    }
}

/// <summary>The clock of the machine with an offset, which processes read from a file through libfaketime.</summary>
internal sealed class ShiftedTime(string file) : TimeProvider
{
    private TimeSpan _shift;

    public (string, string)[] Environment =>
    [
        ("LD_PRELOAD", ExternalTools.FakeTime!),
        ("FAKETIME_TIMESTAMP_FILE", file),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
        // Otherwise every timed wait of .NET returns at once and is repeated, which takes a fifth of a core in an idle process.
        ("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
    ];

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;

    public void Advance(TimeSpan by)
    {
        _shift += by;
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"+{_shift.TotalSeconds:F0}"));
    }
}
