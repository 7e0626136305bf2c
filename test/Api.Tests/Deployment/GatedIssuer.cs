using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Deployment;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Deployment;

/// <summary>An issuer for each test, and the readiness gate that checks it.</summary>
public abstract class GatedIssuer : IAsyncLifetime
{
    private protected SteppedTime Time { get; } = new(ReadinessGate.Pause);

    private protected DeploymentServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await DeploymentServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    private protected static Task Fail(HttpContext http, int status)
    {
        http.Response.StatusCode = status;

        return Task.CompletedTask;
    }

    private protected void AssertFailed(string reason)
    {
        Assert.Equal("FAILED", (string?)Server.Answer["Status"]);
        Assert.Contains(reason, (string?)Server.Answer["Reason"], StringComparison.Ordinal);
    }

    private protected string Event(string requestType, string? physicalId = null, string? issuer = null)
    {
        var request = new JsonObject
        {
            ["RequestType"] = requestType,
            ["ResponseURL"] = $"{Server.Address}/answer?X-Amz-Signature=made-up",
            ["StackId"] = "stack",
            ["RequestId"] = "request",
            ["LogicalResourceId"] = "Gate",
            ["ResourceProperties"] = new JsonObject { ["ServiceToken"] = "function", ["Issuer"] = issuer ?? Server.Address },
        };

        if (physicalId is not null)
        {
            request["PhysicalResourceId"] = physicalId;
        }

        return request.ToJsonString();
    }

    private protected async Task<CustomResourceResponse> HandleAsync(string json, HttpClient? http = null)
    {
        using var own = new HttpClient(ReadinessGate.CreateHandler());

        return await new ReadinessGate(http ?? own, Time).HandleAsync(JsonSerializer.Deserialize<JsonElement>(json));
    }
}
