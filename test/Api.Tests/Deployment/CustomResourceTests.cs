using System.Text;
using Api.Deployment;

namespace Api.Tests.Deployment;

/// <summary>The readiness gate as a custom resource of CloudFormation: its events and responses.</summary>
public sealed class CustomResourceTests : GatedIssuer
{
    [Fact]
    public async Task Deletion_is_answered_at_once()
    {
        Server.Discovery = http => Fail(http, 500);

        await HandleAsync(Event("Delete", "made-before"));

        Assert.Equal("SUCCESS", (string?)Server.Answer["Status"]);
        Assert.Equal("made-before", (string?)Server.Answer["PhysicalResourceId"]);
        Assert.Equal(0, Server.DiscoveryRequests);
    }

    [Theory]
    [InlineData("Create", """{"Issuer":"http://example.com"}""", "The property Issuer is not an https URL.")]
    [InlineData("Create", """{"Issuer":1}""", "The property Issuer is not an https URL.")]
    [InlineData("Create", "\"text\"", "The property Issuer is not an https URL.")]
    [InlineData("Other", "{}", "The event's RequestType must be Create, Update or Delete.")]
    public async Task Invalid_event_is_answered_with_FAILED(string requestType, string properties, string reason)
    {
        await HandleAsync($$"""
            {"RequestType":"{{requestType}}","ResponseURL":"{{Server.Address}}/answer","ResourceProperties":{{properties}} }
            """);

        AssertFailed(reason);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"RequestType":"Delete"}""")]
    [InlineData("""{"RequestType":"Delete","ResponseURL":"http://example.com/answer"}""")]
    [InlineData("""{"RequestType":"Delete","ResponseURL":"file:///answer"}""")]
    public Task Event_without_a_valid_ResponseURL_throws(string json) =>
        Assert.ThrowsAsync<InvalidOperationException>(() => HandleAsync(json));

    [Fact]
    public async Task Exception_in_the_gate_is_answered_with_FAILED()
    {
        using var http = new HttpClient(new Broken(ReadinessGate.CreateHandler()));

        await HandleAsync(Event("Create"), http);

        AssertFailed("InvalidOperationException: Broken ?");
        Assert.DoesNotContain(" at ", (string?)Server.Answer["Reason"], StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(Server.Answers[0]), 500, 4096);
    }

    [Theory]
    [InlineData(2, 3, false)]
    [InlineData(3, 3, true)]
    public async Task Response_is_sent_again_if_CloudFormation_fails(int refused, int answers, bool fails)
    {
        Server.StatusOfAnswer = before => before < refused ? 503 : 200;

        var exception = await Record.ExceptionAsync(() => HandleAsync(Event("Delete")));

        Assert.Equal(fails, exception is HttpRequestException);
        Assert.Equal(answers, Server.Answers.Count);
    }

    [Fact]
    public async Task Returned_response_is_the_one_that_was_sent()
    {
        var response = await HandleAsync(Event("Delete"));

        Assert.Equal(Server.Answers[0], Encoding.UTF8.GetString(response.ToJson()));
    }

    private sealed class Broken(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Put
                ? base.SendAsync(request, cancellationToken)
                : throw new InvalidOperationException("Broken \n" + new string('"', 10_000));
    }
}
