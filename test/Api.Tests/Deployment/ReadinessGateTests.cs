using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Deployment;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Deployment;

/// <summary>The gate of a deployment, between an issuer that may not be ready and CloudFormation, which wants an answer.</summary>
public sealed class ReadinessGateTests : IAsyncLifetime
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(150);

    private readonly SteppedTime _time = new(ReadinessGate.Pause);
    private DeploymentServer _server = null!;

    public async Task InitializeAsync() => _server = await DeploymentServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Create", null, "Gate")]
    [InlineData("Update", "made-before", "made-before")]
    public async Task Issuer_that_answers_three_times_is_ready(string requestType, string? physicalId, string expectedId)
    {
        await HandleAsync(Event(requestType, physicalId));

        Assert.Equal(3, _server.DiscoveryRequests);
        Assert.Equal(
            $$$"""
            {"StackId":"stack","RequestId":"request","LogicalResourceId":"Gate",
            "PhysicalResourceId":"{{{expectedId}}}","Status":"SUCCESS","Reason":"","Data":{}}
            """.ReplaceLineEndings(""),
            Assert.Single(_server.Answers));
        Assert.Null(Assert.Single(_server.ContentTypes));
    }

    [Fact]
    public async Task Three_good_answers_must_follow_each_other()
    {
        var answers = new Queue<int>([404, 200, 200, 503, 200, 200, 200]);
        _server.Discovery = http =>
            answers.Dequeue() is var status && status is 200 ? DeploymentServer.Ready(http) : Fail(http, status);

        await HandleAsync(Event("Create"));

        Assert.Equal("SUCCESS", (string?)_server.Answer["Status"]);
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData(999, "SUCCESS")]
    [InlineData(1000, "FAILED")]
    public async Task Slow_discovery_is_not_ready(int milliseconds, string status)
    {
        _server.Discovery = http =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

            return DeploymentServer.Ready(http);
        };

        await HandleAsync(Event("Create"));

        Assert.Equal(status, (string?)_server.Answer["Status"]);
    }

    [Fact]
    public async Task Slow_key_set_is_not_ready() => await AssertFailsAsync("took 1.0 s. The limit is 1 s", () =>
        _server.KeySet = http =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));

            return http.Response.WriteAsync("""{"keys":[{"kid":"one"}]}""");
        });

    [Fact]
    public async Task Silent_issuer_is_not_ready() => await AssertFailsAsync("did not respond within 4 s", () =>
        _server.Discovery = async http =>
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

    [Fact]
    public async Task Other_issuer_is_not_ready() => await AssertFailsAsync($"/' instead of '{_server.Address}'", () =>
        _server.Discovery = http => DeploymentServer.Discover(http, _server.Address + "/", $"{_server.Address}/keys"));

    [Theory]
    [InlineData("http://example.com/keys")]
    [InlineData("/keys")]
    [InlineData("")]
    public async Task Key_set_without_https_is_not_asked_for(string address) => await AssertFailsAsync("is not an https URL", () =>
        _server.Discovery = http => DeploymentServer.Discover(http, _server.Address, address));

    [Theory]
    [InlineData("""{"keys":[]}""", "no key with a kid")]
    [InlineData("""{"keys":[{"kty":"RSA"}]}""", "no key with a kid")]
    [InlineData("""{"keys":{"kid":"one"}}""", "no key with a kid")]
    [InlineData("[]", "no key with a kid")]
    [InlineData("<html>", "did not return JSON")]
    [InlineData("", "did not return JSON")]
    public async Task Key_set_without_key_is_not_ready(string keySet, string reason) => await AssertFailsAsync(reason, () =>
        _server.KeySet = http => http.Response.WriteAsync(keySet));

    [Theory]
    [InlineData(150_000, "SUCCESS")]
    [InlineData(150_001, "FAILED")]
    public async Task Oversized_key_set_is_not_ready(int length, string status)
    {
        _server.KeySet = http => http.Response.WriteAsync("""{"keys":[{"kid":"one"}]}""".PadRight(length));

        await HandleAsync(Event("Create"));

        Assert.Equal(status, (string?)_server.Answer["Status"]);
    }

    [Fact]
    public async Task Redirect_is_not_followed() => await AssertFailsAsync("returned status 302 instead of 200", () =>
    {
        _server.KeySet = http => http.Request.Query.ContainsKey("again") ? http.Response.WriteAsync("{}") : Redirect(http);

        static Task Redirect(HttpContext http)
        {
            http.Response.Redirect("/keys?again");

            return Task.CompletedTask;
        }
    });

    [Fact]
    public async Task Issuer_that_nobody_serves_is_not_ready()
    {
        using var nobody = new ClosedPort();

        await HandleAsync(Event("Create", issuer: nobody.Address));

        AssertFailed("cannot be reached (Connection refused");
    }

    [Fact]
    public async Task Deletion_is_answered_at_once()
    {
        _server.Discovery = http => Fail(http, 500);

        await HandleAsync(Event("Delete", "made-before"));

        Assert.Equal("SUCCESS", (string?)_server.Answer["Status"]);
        Assert.Equal("made-before", (string?)_server.Answer["PhysicalResourceId"]);
        Assert.Equal(0, _server.DiscoveryRequests);
    }

    [Theory]
    [InlineData("Create", """{"Issuer":"http://example.com"}""", "The property Issuer is not an https URL.")]
    [InlineData("Create", """{"Issuer":1}""", "The property Issuer is not an https URL.")]
    [InlineData("Create", "\"text\"", "The property Issuer is not an https URL.")]
    [InlineData("Other", "{}", "The event's RequestType must be Create, Update or Delete.")]
    public async Task Event_that_asks_for_something_else_is_refused(string requestType, string properties, string reason)
    {
        await HandleAsync($$"""
            {"RequestType":"{{requestType}}","ResponseURL":"{{_server.Address}}/answer","ResourceProperties":{{properties}} }
            """);

        AssertFailed(reason);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"RequestType":"Delete"}""")]
    [InlineData("""{"RequestType":"Delete","ResponseURL":"http://example.com/answer"}""")]
    [InlineData("""{"RequestType":"Delete","ResponseURL":"file:///answer"}""")]
    public Task Event_that_cannot_be_answered_is_an_exception(string json) =>
        Assert.ThrowsAsync<InvalidOperationException>(() => HandleAsync(json));

    [Fact]
    public async Task Exception_of_the_gate_itself_is_answered_too()
    {
        using var http = new HttpClient(new Broken(ReadinessGate.CreateHandler()));

        await HandleAsync(Event("Create"), http);

        AssertFailed("InvalidOperationException: Broken ?");
        Assert.DoesNotContain(" at ", (string?)_server.Answer["Reason"], StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(_server.Answers[0]), 500, 4096);
    }

    [Theory]
    [InlineData(2, 3, false)]
    [InlineData(3, 3, true)]
    public async Task Answer_that_is_not_taken_is_given_again(int refused, int answers, bool fails)
    {
        _server.StatusOfAnswer = before => before < refused ? 503 : 200;

        var exception = await Record.ExceptionAsync(() => HandleAsync(Event("Delete")));

        Assert.Equal(fails, exception is HttpRequestException);
        Assert.Equal(answers, _server.Answers.Count);
    }

    [Fact]
    public async Task Answers_what_it_returns()
    {
        var response = await HandleAsync(Event("Delete"));

        Assert.Equal(_server.Answers[0], Encoding.UTF8.GetString(response.ToJson()));
    }

    private static Task Fail(HttpContext http, int status)
    {
        http.Response.StatusCode = status;

        return Task.CompletedTask;
    }

    private async Task AssertFailsAsync(string reason, Action arrange)
    {
        arrange();

        await HandleAsync(Event("Create"));

        AssertFailed(reason);
        // It has tried for as long as it may, and there is time left to answer in.
        Assert.InRange(_time.Elapsed, Budget, Budget + TimeSpan.FromSeconds(5));
        Assert.StartsWith("The issuer was not ready", (string?)_server.Answer["Reason"], StringComparison.Ordinal);
    }

    private void AssertFailed(string reason)
    {
        Assert.Equal("FAILED", (string?)_server.Answer["Status"]);
        Assert.Contains(reason, (string?)_server.Answer["Reason"], StringComparison.Ordinal);
    }

    private string Event(string requestType, string? physicalId = null, string? issuer = null)
    {
        var request = new JsonObject
        {
            ["RequestType"] = requestType,
            ["ResponseURL"] = $"{_server.Address}/answer?X-Amz-Signature=made-up",
            ["StackId"] = "stack",
            ["RequestId"] = "request",
            ["LogicalResourceId"] = "Gate",
            ["ResourceProperties"] = new JsonObject { ["ServiceToken"] = "function", ["Issuer"] = issuer ?? _server.Address },
        };

        if (physicalId is not null)
        {
            request["PhysicalResourceId"] = physicalId;
        }

        return request.ToJsonString();
    }

    private async Task<CustomResourceResponse> HandleAsync(string json, HttpClient? http = null)
    {
        using var own = new HttpClient(ReadinessGate.CreateHandler());

        return await new ReadinessGate(http ?? own, _time).HandleAsync(JsonSerializer.Deserialize<JsonElement>(json));
    }

    private sealed class Broken(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Put
                ? base.SendAsync(request, cancellationToken)
                : throw new InvalidOperationException("Broken \n" + new string('"', 10_000));
    }
}
