using System.Net;
using System.Text.Json;

namespace Api.Tests.Routes;

/// <summary>Bodies that POST and PATCH below /admin/clients refuse, and how the answer names the errors.</summary>
public sealed class RefusedClientTests : AdminClientsRoutes
{
    [Theory]
    [InlineData("client_name", "null")]
    [InlineData("client_name", "\"\"")]
    [InlineData("client_name", "\"a\\nb\"")]
    [InlineData("client_name", "7")]
    [InlineData("scope", "null")]
    [InlineData("scope", "\"\"")]
    [InlineData("scope", "\"USER ORDERS\"")]
    [InlineData("scope", "\"user\"")]
    [InlineData("scope", "\"USER\\u0000\"")]
    [InlineData("scope", "[\"USER\"]")]
    [InlineData("client_id", "\"a/b\"")]
    [InlineData("client_id", "\"..\"")]
    [InlineData("client_id", "\"-x\"")]
    [InlineData("client_id", "\"a\\n\"")]
    [InlineData("client_id", "\"\"")]
    [InlineData("client_id", "7")]
    [InlineData("claims", "{\"iss\":\"x\"}")]
    [InlineData("claims", "{\"sub\":\"x\"}")]
    [InlineData("claims", "{\"aud\":\"x\"}")]
    [InlineData("claims", "{\"exp\":1}")]
    [InlineData("claims", "{\"nbf\":1}")]
    [InlineData("claims", "{\"iat\":1}")]
    [InlineData("claims", "{\"jti\":\"x\"}")]
    [InlineData("claims", "{\"client_id\":\"x\"}")]
    [InlineData("claims", "{\"scope\":\"x\"}")]
    [InlineData("claims", "{\"cnf\":{}}")]
    [InlineData("claims", "{\"SUB\":\"x\"}")]
    [InlineData("claims", "{\"ISS\":\"x\"}")]
    [InlineData("claims", "{\"Scope\":\"ADMIN\"}")]
    [InlineData("claims", "{\"Client_Id\":\"x\"}")]
    [InlineData("claims", "{\"may_act\":{\"sub\":\"x\"}}")]
    [InlineData("claims", "{\"authorization_details\":[]}")]
    [InlineData("claims", "{\"Authorization_Details\":[]}")]
    [InlineData("claims", "[]")]
    [InlineData("claims", "\"x\"")]
    [InlineData("access_token_lifetime", "59")]
    [InlineData("access_token_lifetime", "86401")]
    [InlineData("access_token_lifetime", "60.5")]
    [InlineData("access_token_lifetime", "\"600\"")]
    [InlineData("access_token_reuse", "0")]
    [InlineData("access_token_reuse", "361")]
    [InlineData("enabled", "\"true\"")]
    [InlineData("enabled", "1")]
    [InlineData("token_endpoint_auth_method", "\"none\"")]
    [InlineData("token_endpoint_auth_method", "\"private_key_jwt\"")]
    [InlineData("jwks", "{}")]
    [InlineData("jwks", "{\"keys\":[]}")]
    [InlineData("jwks", "{\"keys\":[null]}")]
    [InlineData("jwks", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}")]
    [InlineData("jwks", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\" \",\"e\":\"AQAB\"}]}")]
    [InlineData("jwks", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}")]
    [InlineData("jwks_uri", "\"http://client.example/keys\"")]
    [InlineData("jwks_uri", "\"https://10.0.0.1/keys\"")]
    [InlineData("jwks_uri", "\"https://169.254.169.254/latest\"")]
    [InlineData("jwks_uri", "\"https://localhost/keys\"")]
    [InlineData("secrets", "[]")]
    [InlineData("version", "\"1\"")]
    [InlineData("client_secret", "\"mine\"")]
    [InlineData("grant_types", "[\"password\"]")]
    public async Task Wrong_member_is_named(string member, string value)
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"client_name":"Orders","scope":"USER"}""")!;
        body[member] = JsonSerializer.Deserialize<JsonElement>(value);

        var (response, problem) = await SendAsync(HttpMethod.Post, "", JsonSerializer.Serialize(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal([member], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.StartsWith($"{member} ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var (_, list) = await SendAsync(HttpMethod.Get, "");
        Assert.Single(list.GetProperty("clients").EnumerateArray());
    }

    [Fact]
    public async Task All_wrong_members_are_named_at_once()
    {
        var (_, problem) = await SendAsync(HttpMethod.Post, "", """{"scope":"X","enabled":1,"other":1}""");

        Assert.Equal(
            ["client_name", "enabled", "other", "scope"],
            problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
    }

    public static TheoryData<string, string> Faulty => new()
    {
        { "unknown members", string.Join(',', Enumerable.Range(0, 6_000).Select(number => $"\"{number}\":1")) },
        { "long unknown members", string.Join(',', Enumerable.Range(0, 50).Select(number => $"\"{number}{new string('\u0001', 150)}\":1"))
            .Replace("\u0001", "\\u0001", StringComparison.Ordinal) },
        { "a long scope", $"\"scope\":\"{new string('X', 50_000)}\"" },
        { "many scopes", $"\"scope\":\"{string.Join(' ', Enumerable.Range(0, 9_000))}\"" },
        { "a long method", $"\"token_endpoint_auth_method\":\"{new string('x', 50_000)}\"" },
        { "a long address", $"\"jwks_uri\":\"https://{new string('x', 50_000)}\"" },
        { "a long name of a claim", $"\"claims\":{{\"{new string('x', 50_000)}\":1}}" },
        { "long keys", "\"jwks\":{\"keys\":[" + string.Join(',', Enumerable.Repeat(
            $"{{\"kty\":\"{new string('x', 5_000)}\",\"kid\":\"{new string('x', 500)}\"}}", 10)) + "]}" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public async Task Answer_to_a_body_full_of_errors_is_short(string what, string members)
    {
        await RegisterAsync(Orders);
        var body = $"{{{members}}}";

        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Post, ""), (HttpMethod.Patch, "/orders")])
        {
            var (response, problem) = await SendAsync(method, path, body);

            Assert.Equal((what, HttpStatusCode.BadRequest), (what, response.StatusCode));
            Assert.InRange(problem.GetProperty("errors").EnumerateObject().Count(), 1, 20);
            Assert.InRange(response.Content.Headers.ContentLength ?? 0, 0, 16 * 1024);
            Assert.InRange((await response.Content.ReadAsByteArrayAsync()).Length, 1, 16 * 1024);
        }
    }

    [Fact]
    public async Task Response_tells_how_many_errors_it_leaves_out()
    {
        var members = string.Join(',', Enumerable.Range(0, 30).Select(number => $"\"other{number}\":1"));

        var (_, problem) = await SendAsync(HttpMethod.Post, "", $"{{{members},\"client_name\":\"Orders\",\"enabled\":1}}");

        var errors = problem.GetProperty("errors");
        Assert.True(errors.TryGetProperty("enabled", out _));
        Assert.True(errors.TryGetProperty("other0", out _));
        Assert.EndsWith(" There are 20 more errors.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4096, HttpStatusCode.Created)]
    [InlineData(4097, HttpStatusCode.BadRequest)]
    public async Task Claims_have_at_most_4_KiB(int length, HttpStatusCode status)
    {
        var claims = $$"""{"a":"{{new string('x', length - 8)}}"}""";

        var (response, _) = await SendAsync(HttpMethod.Post, "", $$"""{"client_name":"Orders","scope":"USER","claims":{{claims}}}""");

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("application/json", "", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "[]", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "null", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"client_name\":\"a\",\"client_name\":\"b\"}", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"claims\":{\"a\":{\"b\":1,\"b\":2}}}", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"client_name\":\"\\ud800\"}", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "{\"claims\":{\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}}", HttpStatusCode.BadRequest)]
    [InlineData("text/plain", Orders, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", "client_name=a", HttpStatusCode.UnsupportedMediaType)]
    public async Task Body_that_is_no_JSON_object_is_refused(string contentType, string body, HttpStatusCode status)
    {
        var (response, _) = await SendAsync(HttpMethod.Post, "", body, contentType);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Body_that_is_too_large_is_refused()
    {
        var (response, _) = await SendAsync(HttpMethod.Post, "", new string(' ', 65_537));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }
}
