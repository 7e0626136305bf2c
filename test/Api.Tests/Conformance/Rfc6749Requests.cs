using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>Requests to the token endpoint (RFC 6749 §3.2), and their scopes (§3.3).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc6749Requests(Server server)
{
    [Statement("RFC 6749 §3.2",
        Given = "the token endpoint", When = "the method is GET",
        Then = "no token is issued, because the method must be POST")]
    public async Task Method_is_post()
    {
        var answer = await server.SendAsync(
            HttpMethod.Get, $"/oauth2/token?{Grant}", headers: [("Authorization", server.Basic("both"))]);

        Assert.Equal(405, answer.Status);
    }

    [Statement("RFC 6749 §3.2",
        Given = "the published metadata", When = "the URL of the token endpoint is read", Then = "it has no fragment")]
    public async Task Address_has_no_fragment() =>
        Assert.DoesNotContain('#', (await server.MetadataAsync()).GetProperty("token_endpoint").GetString()!);

    [Statement("RFC 6749 §3.2",
        Given = "an authenticated client", When = "a parameter has no value", Then = "it is treated as omitted")]
    public async Task Empty_parameter_counts_as_left_out()
    {
        Assert.Equal("USER ADMIN", (await server.AskAsync($"{Grant}&scope="))["scope"]);
        Assert.Equal((400, "invalid_request"), (await server.AskAsync("grant_type=")).Outcome);
    }

    [Statement("RFC 6749 §3.2",
        Given = "an authenticated client", When = "the request has an unknown parameter", Then = "the parameter is ignored")]
    public async Task Unknown_parameter_is_ignored() => Assert.Equal(200, (await server.AskAsync($"{Grant}&unknown=1")).Status);

    [Statement("RFC 6749 §3.2",
        Given = "an authenticated client", When = "a known or unknown parameter occurs twice",
        Then = "the request is refused")]
    public async Task Repeated_parameter_is_refused()
    {
        Assert.Equal((400, "invalid_request"), (await server.AskAsync($"{Grant}&scope=USER&scope=USER")).Outcome);
        Assert.Equal((400, "invalid_request"), (await server.AskAsync($"{Grant}&unknown=1&unknown=2")).Outcome);
    }

    [Statement("RFC 6749 §3.3",
        Given = "the scope USER", When = "a client requests the scope user",
        Then = "it is a different scope, because scopes are case-sensitive")]
    public async Task Case_of_a_scope_counts() =>
        Assert.Equal((400, "invalid_scope"), (await server.AskAsync($"{Grant}&scope=user")).Outcome);

    [Statement("RFC 6749 §3.3",
        Given = "a client with two scopes", When = "it requests both in another order", Then = "it gets both")]
    public async Task Order_of_scopes_does_not_count()
    {
        Assert.Equal("ADMIN USER", (await server.AskAsync($"{Grant}&scope=ADMIN+USER"))["scope"]);
        Assert.Equal("USER ADMIN", (await server.AskAsync($"{Grant}&scope=USER+ADMIN"))["scope"]);
    }

    [Statement("RFC 6749 §3.3",
        Given = "an authenticated client",
        When = "scope contains a quote, a backslash, a line break or a letter outside ASCII",
        Then = "the request fails with invalid_scope")]
    public async Task Scope_has_a_syntax()
    {
        foreach (var scope in new[] { "%22USER%22", "US%5CER", "USER%0AADMIN", "%C3%BC" })
        {
            Assert.Equal((400, "invalid_scope"), (await server.AskAsync($"{Grant}&scope={scope}")).Outcome);
        }
    }

    [Statement("RFC 6749 §3.3",
        Given = "an authenticated client", When = "two scopes are separated by two spaces",
        Then = "the request is refused, because one space is the separator", Holds = false,
        Because = "two spaces are treated as one, because the meaning is unambiguous")]
    public async Task Two_spaces_separate_as_well() =>
        Assert.Equal("USER ADMIN", (await server.AskAsync($"{Grant}&scope=USER++ADMIN"))["scope"]);

    [Statement("RFC 6749 §3.3",
        Given = "a client with two scopes", When = "the request has no scope",
        Then = "the default applies, which is all scopes of the client, and the response lists them")]
    public async Task Default_scope_is_told() => Assert.Equal("USER ADMIN", (await server.AskAsync())["scope"]);

    [Statement("RFC 6749 §3.3",
        Given = "a client with two scopes", When = "it requests one of them", Then = "the token has only that scope")]
    public async Task No_more_scope_than_asked_for()
    {
        var answer = await server.AskAsync($"{Grant}&scope=USER");

        Assert.Equal("USER", answer["scope"]);
        Assert.Equal("USER", Read(answer["access_token"]!).GetProperty("scope").GetString());
    }

    [Statement("RFC 6749 §3.3",
        Given = "a client with only the scope USER", When = "it requests USER and ADMIN",
        Then = "the server may reduce the scope or refuse the request, and refuses it")]
    public async Task Scope_is_never_reduced_in_silence() =>
        Assert.Equal((400, "invalid_scope"), (await server.AskAsync($"{Grant}&scope=USER+ADMIN", client: "user")).Outcome);

    [Statement("RFC 6749 §B",
        Given = "a form", When = "its decoded content is not UTF-8", Then = "the request fails with invalid_request")]
    public async Task Form_is_utf8()
    {
        Assert.Equal((400, "invalid_request"), (await server.AskAsync($"{Grant}&scope=\u00ff")).Outcome);
    }
}
