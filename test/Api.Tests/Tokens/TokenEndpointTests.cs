using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Tokens;

/// <summary>POST /oauth2/token through HTTP: the answers of RFC 6749 §5.1 and the refusals of §5.2.</summary>
public sealed class TokenEndpointTests(TokenEndpointTests.Clients clients) : IClassFixture<TokenEndpointTests.Clients>
{
    private const string Path = "/oauth2/token";
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>In the cases below, {both}, {user} and others stand for the secrets of these clients.</summary>
    public sealed class Clients : IAsyncLifetime, IDisposable
    {
        public ApiFactory Api { get; } = new();

        public Dictionary<string, string> Secrets { get; } = [];

        public async Task InitializeAsync()
        {
            Secrets["both"] = await Api.AddClientAsync("both", "USER ADMIN");
            Secrets["user"] = await Api.AddClientAsync("user", "USER");
            Secrets["off"] = await Api.AddClientAsync("off", "USER", client => client with { Enabled = false });
            Secrets["none"] = await Api.AddClientAsync("none", "");
            Secrets["gone"] = await Api.AddClientAsync("gone", "USER RETIRED");
            Secrets["a.b~c"] = await Api.AddClientAsync("a.b~c", "USER");
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => Api.Dispose();
    }

    [Theory]
    [InlineData(null, "USER ADMIN")]
    [InlineData("", "USER ADMIN")]
    [InlineData("USER", "USER")]
    [InlineData("ADMIN USER", "ADMIN USER")]
    [InlineData(" ADMIN  USER ADMIN ", "ADMIN USER")]
    public async Task Scope_is_granted_as_asked_for_or_in_full(string? asked, string granted)
    {
        using var response = await PostAsync(BasicOf("both"), $"grant_type=client_credentials&scope={asked?.Replace(' ', '+')}");

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
        using var response = await PostAsync(scheme is null ? null : Header(scheme, credentials!), form);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"grant_type":"client_credentials","client_id":"both","client_secret":"{both}"}""")]
    [InlineData("""{"grant_type":"client_credentials","client_id":"both","client_secret":"{both}","scope":"USER","other":[{"a":1}]}""")]
    [InlineData("""{"grant_type":"client_credentials","client_id":"both","client_secret":"{both}","scope":null}""")]
    public async Task Json_body_is_understood(string json)
    {
        using var response = await PostAsync(null, json, "application/json; charset=utf-8");

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
        var header = authorization?.Split(' ', 2) is [var scheme, var credentials] ? Header(scheme, credentials) : null;

        using var response = await PostAsync(header, form);

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
        using var response = await PostAsync(authorization, "grant_type=client_credentials");

        await AssertRefusedAsync(response, 401, "invalid_client");
        Assert.Single(Challenges(response));
    }

    [Fact]
    public async Task Two_Authorization_headers_are_refused()
    {
        using var response = await clients.Api.SendAsync(
            HttpMethod.Post,
            Path,
            new StringContent("grant_type=client_credentials", Encoding.UTF8, Form),
            ("Authorization", BasicOf("both")),
            ("Authorization", BasicOf("both")));

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencodedx")]
    [InlineData("application/jwt")]
    [InlineData("; charset=utf-8")]
    public async Task Other_content_type_is_refused(string? contentType)
    {
        using var response = await PostAsync(BasicOf("both"), "grant_type=client_credentials", contentType);

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"grant_type=client_credentials\"")]
    [InlineData("{")]
    [InlineData("{\"grant_type\":\"client_credentials\",}")]
    [InlineData("{\"grant_type\":[\"client_credentials\"]}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"scope\":[\"USER\"]}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"scope\":1}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"scope\":\"\\ud800\"}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"gr\\u0061nt_type\":\"client_credentials\"}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"x\":[[[[[[[[[[]]]]]]]]]]}")]
    public async Task Damaged_json_is_refused(string json)
    {
        using var response = await PostAsync(BasicOf("both"), json, "application/json");

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData(Form)]
    [InlineData("application/json")]
    public async Task Body_that_is_no_UTF8_is_refused(string contentType)
    {
        using var content = new ByteArrayContent([.. "{\"grant_type\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new(contentType);

        using var response = await clients.Api.SendAsync(HttpMethod.Post, Path, content, ("Authorization", BasicOf("both")));

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData(16_384, true, 200)]
    [InlineData(16_384, false, 200)]
    [InlineData(16_385, true, 413)]
    [InlineData(16_385, false, 413)]
    [InlineData(1_000_000, false, 413)]
    public async Task Body_may_have_16_KiB(int length, bool lengthIsGiven, int status)
    {
        const string Start = "grant_type=client_credentials&x=";
        var body = Encoding.ASCII.GetBytes(Start + new string('a', length - Start.Length));
        using HttpContent content = lengthIsGiven ? new ByteArrayContent(body) : new StreamContent(new UnknownLength(body));
        content.Headers.ContentType = new(Form);

        using var response = await clients.Api.SendAsync(HttpMethod.Post, Path, content, ("Authorization", BasicOf("both")));

        Assert.Equal(status, (int)response.StatusCode);

        if (status is 413)
        {
            await AssertRefusedAsync(response, 413, "invalid_request");
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Other_method_is_answered_with_the_one_that_is_allowed(string method)
    {
        using var response = await clients.Api.SendAsync(new(method), Path);

        await AssertRefusedAsync(response, 405, "invalid_request");
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Credentials_in_the_query_are_not_read()
    {
        using var response = await clients.Api.SendAsync(
            HttpMethod.Post,
            $"{Path}?client_id=both&client_secret={clients.Secrets["both"]}",
            new StringContent("grant_type=client_credentials", Encoding.UTF8, Form));

        await AssertRefusedAsync(response, 401, "invalid_client");
    }

    [Fact]
    public async Task Unknown_client_and_wrong_secret_get_the_same_answer()
    {
        using var unknown = await PostAsync(Header("Basic", "nobody:wrong"), "grant_type=client_credentials");
        using var wrong = await PostAsync(Header("Basic", "both:wrong"), "grant_type=client_credentials");

        Assert.Equal(await unknown.Content.ReadAsStringAsync(), await wrong.Content.ReadAsStringAsync());
        Assert.Equal(unknown.Headers.ToString(), wrong.Headers.ToString());
    }

    private Task<HttpResponseMessage> PostAsync(string? authorization, string body, string? contentType = Form)
    {
        var content = new StringContent(WithSecrets(body, Uri.EscapeDataString));
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        return clients.Api.SendAsync(HttpMethod.Post, Path, content, authorization is null ? [] : [("Authorization", authorization)]);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string error)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["error", "error_description"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(error, body.GetProperty("error").GetString());
        Assert.Matches(@"^[\x20-\x21\x23-\x5B\x5D-\x7E]+$", body.GetProperty("error_description").GetString());
    }

    private static string[] Challenges(HttpResponseMessage response) =>
        response.Headers.TryGetValues("WWW-Authenticate", out var values) ? [.. values] : [];

    private string BasicOf(string clientId) => Header("Basic", $"{clientId}:{{{clientId}}}");

    private string Header(string scheme, string credentials) =>
        new AuthenticationHeaderValue(scheme, Convert.ToBase64String(Encoding.UTF8.GetBytes(WithSecrets(credentials)))).ToString();

    private string WithSecrets(string text, Func<string, string>? encode = null) => clients.Secrets.Aggregate(
        text, (result, secret) => result.Replace($"{{{secret.Key}}}", encode?.Invoke(secret.Value) ?? secret.Value, StringComparison.Ordinal));

    /// <summary>A stream that does not tell how long it is.</summary>
    private sealed class UnknownLength(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
