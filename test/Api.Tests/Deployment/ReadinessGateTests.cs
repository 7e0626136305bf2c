using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Deployment;

/// <summary>Which issuers are ready for the readiness gate.</summary>
public sealed class ReadinessGateTests : GatedIssuer
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(150);

    [Theory]
    [InlineData("Create", null, "Gate")]
    [InlineData("Update", "made-before", "made-before")]
    public async Task Issuer_that_answers_three_times_is_ready(string requestType, string? physicalId, string expectedId)
    {
        await HandleAsync(Event(requestType, physicalId));

        Assert.Equal(3, Server.DiscoveryRequests);
        Assert.Equal(
            $$$"""
            {"StackId":"stack","RequestId":"request","LogicalResourceId":"Gate",
            "PhysicalResourceId":"{{{expectedId}}}","Status":"SUCCESS","Reason":"","Data":{}}
            """.ReplaceLineEndings(""),
            Assert.Single(Server.Answers));
        Assert.Null(Assert.Single(Server.ContentTypes));
    }

    [Fact]
    public async Task Three_good_answers_must_follow_each_other()
    {
        var answers = new Queue<int>([404, 200, 200, 503, 200, 200, 200]);
        Server.Discovery = http =>
            answers.Dequeue() is var status && status is 200 ? DeploymentServer.Ready(http) : Fail(http, status);

        await HandleAsync(Event("Create"));

        Assert.Equal("SUCCESS", (string?)Server.Answer["Status"]);
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData(999, "SUCCESS")]
    [InlineData(1000, "FAILED")]
    public async Task Slow_discovery_is_not_ready(int milliseconds, string status)
    {
        Server.Discovery = http =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

            return DeploymentServer.Ready(http);
        };

        await HandleAsync(Event("Create"));

        Assert.Equal(status, (string?)Server.Answer["Status"]);
    }

    [Fact]
    public async Task Slow_key_set_is_not_ready() => await AssertFailsAsync("took 1.0 s. The limit is 1 s", () =>
        Server.KeySet = http =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));

            return http.Response.WriteAsync("""{"keys":[{"kid":"one"}]}""");
        });

    [Fact]
    public async Task Silent_issuer_is_not_ready() => await AssertFailsAsync("did not respond within 4 s", () =>
        Server.Discovery = async http =>
        {
            Time.Advance(TimeSpan.FromSeconds(4));
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

    [Fact]
    public async Task Other_issuer_is_not_ready() => await AssertFailsAsync($"/' instead of '{Server.Address}'", () =>
        Server.Discovery = http => DeploymentServer.Discover(http, Server.Address + "/", $"{Server.Address}/keys"));

    [Theory]
    [InlineData("http://example.com/keys")]
    [InlineData("/keys")]
    [InlineData("")]
    public async Task Key_set_without_https_is_not_asked_for(string address) => await AssertFailsAsync("is not an https URL", () =>
        Server.Discovery = http => DeploymentServer.Discover(http, Server.Address, address));

    [Theory]
    [InlineData("""{"keys":[]}""", "no key with a kid")]
    [InlineData("""{"keys":[{"kty":"RSA"}]}""", "no key with a kid")]
    [InlineData("""{"keys":{"kid":"one"}}""", "no key with a kid")]
    [InlineData("[]", "no key with a kid")]
    [InlineData("<html>", "did not return JSON")]
    [InlineData("", "did not return JSON")]
    public async Task Key_set_without_key_is_not_ready(string keySet, string reason) => await AssertFailsAsync(reason, () =>
        Server.KeySet = http => http.Response.WriteAsync(keySet));

    [Theory]
    [InlineData(150_000, "SUCCESS")]
    [InlineData(150_001, "FAILED")]
    public async Task Oversized_key_set_is_not_ready(int length, string status)
    {
        Server.KeySet = http => http.Response.WriteAsync("""{"keys":[{"kid":"one"}]}""".PadRight(length));

        await HandleAsync(Event("Create"));

        Assert.Equal(status, (string?)Server.Answer["Status"]);
    }

    [Fact]
    public async Task Redirect_is_not_followed() => await AssertFailsAsync("returned status 302 instead of 200", () =>
    {
        Server.KeySet = http => http.Request.Query.ContainsKey("again") ? http.Response.WriteAsync("{}") : Redirect(http);

        static Task Redirect(HttpContext http)
        {
            http.Response.Redirect("/keys?again");

            return Task.CompletedTask;
        }
    });

    [Fact]
    public async Task Issuer_that_refuses_connections_is_not_ready()
    {
        using var nobody = new ClosedPort();

        await HandleAsync(Event("Create", issuer: nobody.Address));

        AssertFailed("cannot be reached (Connection refused");
    }

    private async Task AssertFailsAsync(string reason, Action arrange)
    {
        arrange();

        await HandleAsync(Event("Create"));

        AssertFailed(reason);
        // It has tried until the end of its budget, with time left to respond.
        Assert.InRange(Time.Elapsed, Budget, Budget + TimeSpan.FromSeconds(5));
        Assert.StartsWith("The issuer was not ready", (string?)Server.Answer["Reason"], StringComparison.Ordinal);
    }
}
