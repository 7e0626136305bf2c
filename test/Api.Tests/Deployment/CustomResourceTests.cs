using System.Text;
using Api.Deployment;

namespace Api.Tests.Deployment;

/// <summary>The events of CloudFormation that the readiness gate gets, and how it answers them.</summary>
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
    [InlineData("Create", """{"Issuer":"http://example.com"}""", "The property Issuer is not an https address.")]
    [InlineData("Create", """{"Issuer":1}""", "The property Issuer is not an https address.")]
    [InlineData("Create", "\"text\"", "The property Issuer is not an https address.")]
    [InlineData("Other", "{}", "The event's RequestType is none of Create, Update and Delete.")]
    public async Task Event_that_asks_for_something_else_is_refused(string requestType, string properties, string reason)
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
    public Task Event_that_cannot_be_answered_is_an_exception(string json) =>
        Assert.ThrowsAsync<InvalidOperationException>(() => HandleAsync(json));

    [Fact]
    public async Task Exception_of_the_gate_itself_is_answered_too()
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
    public async Task Answer_that_is_not_taken_is_given_again(int refused, int answers, bool fails)
    {
        Server.StatusOfAnswer = before => before < refused ? 503 : 200;

        var exception = await Record.ExceptionAsync(() => HandleAsync(Event("Delete")));

        Assert.Equal(fails, exception is HttpRequestException);
        Assert.Equal(answers, Server.Answers.Count);
    }

    [Fact]
    public async Task Answers_what_it_returns()
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
