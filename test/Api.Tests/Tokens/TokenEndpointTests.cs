using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using static Api.Tests.Tokens.TokenClients;

namespace Api.Tests.Tokens;

/// <summary>POST /oauth2/token through HTTP: the answers of RFC 6749 §5.1 and the refusals of §5.2.</summary>
public sealed class TokenEndpointTests(TokenClients clients) : IClassFixture<TokenClients>
{
    [Theory]
    [InlineData(null, "USER ADMIN")]
    [InlineData("", "USER ADMIN")]
    [InlineData("USER", "USER")]
    [InlineData("ADMIN USER", "ADMIN USER")]
    [InlineData(" ADMIN  USER ADMIN ", "ADMIN USER")]
    public async Task Scope_is_granted_as_asked_for_or_in_full(string? asked, string granted)
    {
        using var response = await clients.PostAsync(clients.BasicOf("both"), $"grant_type=client_credentials&scope={asked?.Replace(' ', '+')}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ["access_token", "expires_in", "scope", "token_type"], body.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal("Bearer", body.GetProperty("token_type").GetString());
        Assert.Equal(3600, body.GetProperty("expires_in").GetInt32());
        Assert.Equal(granted, body.GetProperty("scope").GetString());
    }

    [Theory]
    [InlineData("Basic", "both:{both}", "grant_type=client_credentials")]
    [InlineData("bAsIc", "both:{both}", "grant_type=client_credentials")]
    [InlineData("Basic", "both:{both}", "grant_type=client_credentials&client_id=both")]
    [InlineData("Basic", "b%6Fth:{both}", "grant_type=client_credentials")]
    [InlineData("Basic", "a.b%7Ec:{a.b~c}", "grant_type=client_credentials")]
    [InlineData("Basic", "%61%2Eb%7Ec:{a.b~c}", "grant_type=client_credentials&unknown=1&client_secret=")]
    [InlineData(null, null, "grant_type=client_credentials&client_id=both&client_secret={both}")]
    [InlineData(null, null, "client_secret={a.b~c}&client_id=a%2Eb%7Ec&grant_type=client%5Fcredentials&x=%00&y")]
    public async Task Client_authenticates_with_Basic_or_in_the_body(string? scheme, string? credentials, string form)
    {
        using var response = await clients.PostAsync(scheme is null ? null : clients.Header(scheme, credentials!), form);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"grant_type":"client_credentials","client_id":"both","client_secret":"{both}"}""")]
    [InlineData("""{"grant_type":"client_credentials","client_id":"both","client_secret":"{both}","scope":"USER","other":[{"a":1}]}""")]
    [InlineData("""{"grant_type":"client_credentials","client_id":"both","client_secret":"{both}","scope":null}""")]
    public async Task Json_body_is_understood(string json)
    {
        using var response = await clients.PostAsync(null, json, "application/json; charset=utf-8");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    // invalid_request
    [InlineData("Basic both:{both}", "", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "scope=USER", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "GRANT_TYPE=client_credentials", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=USER&scope=ADMIN", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=&scope=", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&x=1&x=1", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&client_secret={both}", 400, "invalid_request")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&client_id=user", 400, "invalid_request")]
    [InlineData(null, "client_id=both&client_secret={both}", 400, "invalid_request")]
    // invalid_client
    [InlineData("Basic both:wrong", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic both:{user}", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic both:{both}x", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic both:", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic :{both}", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic both{both}", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic BOTH:{both}", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic nobody:{both}", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Basic nobody:wrong", "grant_type=password", 401, "invalid_client")]
    [InlineData("Basic off:wrong", "grant_type=client_credentials", 401, "invalid_client")]
    // A plus is a space: the two ids are the same.
    [InlineData("Basic a%3Ab+c:wrong", "grant_type=client_credentials&client_id=a%3Ab%20c", 401, "invalid_client")]
    [InlineData("Basic %:%zz%00", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData("Bearer both:{both}", "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials&client_id=both", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials&client_id=both&client_secret=", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials&client_secret={both}", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials&client_id=both&client_secret=wrong", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials&client_id=nobody&client_secret={both}", 401, "invalid_client")]
    [InlineData(null, "grant_type=client_credentials&client_id='+OR+1=1--&client_secret=%00%0D%0A", 401, "invalid_client")]
    // unauthorized_client
    [InlineData("Basic off:{off}", "grant_type=client_credentials", 400, "unauthorized_client")]
    // unsupported_grant_type
    [InlineData("Basic both:{both}", "grant_type=password", 400, "unsupported_grant_type")]
    [InlineData("Basic both:{both}", "grant_type=authorization_code", 400, "unauthorized_client")]
    [InlineData("Basic both:{both}", "grant_type=Client_Credentials", 400, "unsupported_grant_type")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials%20", 400, "unsupported_grant_type")]
    // invalid_scope
    [InlineData("Basic user:{user}", "grant_type=client_credentials&scope=ADMIN", 400, "invalid_scope")]
    [InlineData("Basic user:{user}", "grant_type=client_credentials&scope=USER+ADMIN", 400, "invalid_scope")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=user", 400, "invalid_scope")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=USER%0AADMIN", 400, "invalid_scope")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=USER%09ADMIN", 400, "invalid_scope")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=%22USER%22", 400, "invalid_scope")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=%C3%BC", 400, "invalid_scope")]
    [InlineData("Basic both:{both}", "grant_type=client_credentials&scope=+", 400, "invalid_scope")]
    [InlineData("Basic gone:{gone}", "grant_type=client_credentials&scope=RETIRED", 400, "invalid_scope")]
    [InlineData("Basic none:{none}", "grant_type=client_credentials", 400, "invalid_scope")]
    public async Task Refusal_has_the_error_and_status_of_the_RFC(string? authorization, string form, int status, string error)
    {
        var header = authorization?.Split(' ', 2) is [var scheme, var credentials] ? clients.Header(scheme, credentials) : null;

        using var response = await clients.PostAsync(header, form);

        await AssertRefusedAsync(response, status, error);
        Assert.Equal(status is 401 && header is not null ? ["Basic realm=\"oauth2\", charset=\"UTF-8\""] : [], Challenges(response));
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic ****")]
    [InlineData("Basic YQ")]
    [InlineData("Basic /////w==")]
    [InlineData("BasicYTpi")]
    [InlineData("Digest username=\"both\"")]
    public async Task Damaged_Authorization_is_refused_as_invalid_client(string authorization)
    {
        using var response = await clients.PostAsync(authorization, "grant_type=client_credentials");

        await AssertRefusedAsync(response, 401, "invalid_client");
        Assert.Single(Challenges(response));
    }

    [Fact]
    public async Task Two_Authorization_headers_are_refused()
    {
        using var response = await clients.Api.SendAsync(
            HttpMethod.Post,
            Endpoint,
            new StringContent("grant_type=client_credentials", Encoding.UTF8, Form),
            ("Authorization", clients.BasicOf("both")),
            ("Authorization", clients.BasicOf("both")));

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Other_method_is_answered_with_the_one_that_is_allowed(string method)
    {
        using var response = await clients.Api.SendAsync(new(method), Endpoint);

        await AssertRefusedAsync(response, 405, "invalid_request");
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Credentials_in_the_query_are_not_read()
    {
        using var response = await clients.Api.SendAsync(
            HttpMethod.Post,
            $"{Endpoint}?client_id=both&client_secret={clients.Secrets["both"]}",
            new StringContent("grant_type=client_credentials", Encoding.UTF8, Form));

        await AssertRefusedAsync(response, 401, "invalid_client");
    }

    [Fact]
    public async Task Unknown_client_and_wrong_secret_get_the_same_answer()
    {
        using var unknown = await clients.PostAsync(clients.Header("Basic", "nobody:wrong"), "grant_type=client_credentials");
        using var wrong = await clients.PostAsync(clients.Header("Basic", "both:wrong"), "grant_type=client_credentials");

        Assert.Equal(await unknown.Content.ReadAsStringAsync(), await wrong.Content.ReadAsStringAsync());
        Assert.Equal(unknown.Headers.ToString(), wrong.Headers.ToString());
    }
}
