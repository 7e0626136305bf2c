using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Api.Clients;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

public sealed class AdminClientsTests : IAsyncLifetime, IDisposable
{
    private const string Orders = """{"client_id":"orders","client_name":"Orders","scope":"USER"}""";

    private readonly ApiFactory _api = new();
    private string _token = "";

    public async Task InitializeAsync() => _token = await _api.GetTokenAsync("ADMIN");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Client_is_registered_with_a_secret_that_is_shown_once_and_works()
    {
        var (response, client) = await SendAsync(HttpMethod.Post, "", """{"client_name":"Orders","scope":"USER ADMIN"}""");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var id = client.GetProperty("client_id").GetString()!;
        Assert.Equal($"/admin/clients/{id}", response.Headers.Location?.OriginalString);
        Assert.Equal(0, client.GetProperty("client_secret_expires_at").GetInt64());
        using var token = await _api.PostTokenAsync(id, client.GetProperty("client_secret").GetString()!);
        Assert.Equal(HttpStatusCode.OK, token.StatusCode);
        var (again, shown) = await SendAsync(HttpMethod.Get, $"/{id}");
        Assert.Equal(response.Headers.ETag, again.Headers.ETag);
        Assert.Equal(
            ["claims", "client_id", "client_name", "created_at", "enabled", "scope", "secrets", "updated_at", "version"],
            shown.EnumerateObject().Select(member => member.Name).Order());
        // The day of its last use comes along as soon as it has been written down.
        Assert.Equal(
            ["created_at", "id"],
            shown.GetProperty("secrets")[0].EnumerateObject().Select(member => member.Name).Except(["last_used"]).Order());
    }

    [Fact]
    public async Task Every_member_is_kept_and_reaches_the_token()
    {
        var (_, client) = await SendAsync(HttpMethod.Post, "", """
            {"client_id":"orders","client_name":"Örders 🛒","scope":"USER","token_endpoint_auth_method":"client_secret_post",
             "claims":{"tenant":"nord","limits":{"a":[1,2.50,1e3]}},"access_token_lifetime":600,"access_token_reuse":60,"enabled":true}
            """);

        using var response = await _api.PostTokenAsync("orders", client.GetProperty("client_secret").GetString()!);
        var token = await BodyAsync(response);

        Assert.Equal(600, token.GetProperty("expires_in").GetInt32());
        using var me = await _api.GetAsync("/user/me", token.GetProperty("access_token").GetString());
        var claims = await BodyAsync(me);
        Assert.Equal("nord", claims.GetProperty("tenant").GetString());
        Assert.Equal("""{"a":[1,2.50,1e3]}""", claims.GetProperty("limits").GetRawText());
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal("Örders 🛒", client.GetProperty("client_name").GetString());
    }

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
    public async Task Body_with_too_many_errors_to_list_says_so()
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

    [Fact]
    public async Task Second_client_of_an_id_is_refused()
    {
        await SendAsync(HttpMethod.Post, "", Orders);

        var (response, problem) = await SendAsync(HttpMethod.Post, "", Orders);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty("client_id", out _));
    }

    [Fact]
    public async Task Patch_merges_and_counts_for_the_next_token()
    {
        var secret = await RegisterAsync("""
            {"client_id":"orders","client_name":"Orders","scope":"USER","claims":{"tenant":"nord","tier":1},"access_token_lifetime":600}
            """);

        var (response, client) = await SendAsync(HttpMethod.Patch, "/orders", """
            {"claims":{"tier":null,"region":"eu"},"access_token_lifetime":null,"scope":"USER ADMIN"}
            """, "application/merge-patch+json");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"region":"eu","tenant":"nord"}""", client.GetProperty("claims").GetRawText());
        Assert.Equal($"\"{client.GetProperty("version").GetString()}\"", response.Headers.ETag?.Tag);
        using var token = await _api.PostTokenAsync("orders", secret);
        var body = await BodyAsync(token);
        Assert.Equal(3600, body.GetProperty("expires_in").GetInt32());
        Assert.Equal("USER ADMIN", body.GetProperty("scope").GetString());
    }

    [Theory]
    [InlineData("{\"client_name\":null}", "client_name")]
    [InlineData("{\"client_id\":\"other\"}", "client_id")]
    [InlineData("{\"secrets\":null}", "secrets")]
    [InlineData("{\"created_at\":\"2026-01-01T00:00:00Z\"}", "created_at")]
    [InlineData("{\"enabled\":\"no\"}", "enabled")]
    [InlineData("{\"nonsense\":null}", "nonsense")]
    [InlineData("{\"nonsense\":1}", "nonsense")]
    public async Task Patch_that_breaks_a_rule_changes_nothing(string patch, string member)
    {
        await RegisterAsync(Orders);
        var (before, _) = await SendAsync(HttpMethod.Get, "/orders");

        var (response, problem) = await SendAsync(HttpMethod.Patch, "/orders", patch);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([member], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Single(problem.GetProperty("errors").GetProperty(member).EnumerateArray());
        var (after, _) = await SendAsync(HttpMethod.Get, "/orders");
        Assert.Equal(before.Headers.ETag, after.Headers.ETag);
    }

    [Fact]
    public async Task Disabled_client_gets_no_token_and_is_told_so_only_with_the_right_secret()
    {
        var secret = await RegisterAsync(Orders);
        await SendAsync(HttpMethod.Patch, "/orders", """{"enabled":false}""");

        using var right = await _api.PostTokenAsync("orders", secret);
        using var wrong = await _api.PostTokenAsync("orders", "wrong");

        Assert.Equal("unauthorized_client", (await BodyAsync(right)).GetProperty("error").GetString());
        Assert.Equal("invalid_client", (await BodyAsync(wrong)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task Of_two_who_have_read_the_same_version_one_gets_412()
    {
        await RegisterAsync(Orders);
        var (read, _) = await SendAsync(HttpMethod.Get, "/orders");

        var changes = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => SendAsync(
            HttpMethod.Patch, "/orders", $$"""{"client_name":"{{number}}"}""", ifMatch: read.Headers.ETag!.Tag)));

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], changes.Select(change => change.Response.StatusCode).Order());
    }

    [Fact]
    public async Task Changes_without_a_precondition_all_come_to_pass()
    {
        await RegisterAsync(Orders);

        var changes = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => SendAsync(
            HttpMethod.Patch, "/orders", $$$"""{"claims":{"c{{{number}}}":true}}""")));

        Assert.All(changes, change => Assert.Equal(HttpStatusCode.OK, change.Response.StatusCode));
        var (_, client) = await SendAsync(HttpMethod.Get, "/orders");
        Assert.Equal(5, client.GetProperty("claims").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("\"other\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("other", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/{0}", HttpStatusCode.PreconditionFailed)]
    [InlineData("*", HttpStatusCode.NoContent)]
    [InlineData("{0}", HttpStatusCode.NoContent)]
    [InlineData("\"x\", {0}", HttpStatusCode.NoContent)]
    public async Task Precondition_is_that_of_RFC_9110(string ifMatch, HttpStatusCode status)
    {
        await RegisterAsync(Orders);
        var (read, _) = await SendAsync(HttpMethod.Get, "/orders");

        var (response, _) = await SendAsync(
            HttpMethod.Delete, "/orders", ifMatch: ifMatch.Replace("{0}", read.Headers.ETag!.Tag, StringComparison.Ordinal));

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Removed_client_is_unknown_at_once()
    {
        var secret = await RegisterAsync(Orders);

        var (response, _) = await SendAsync(HttpMethod.Delete, "/orders");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        using var token = await _api.PostTokenAsync("orders", secret);
        Assert.Equal(HttpStatusCode.Unauthorized, token.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/orders")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/orders")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Patch, "/orders", "{}")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Post, "/orders/secrets")).Response.StatusCode);
    }

    [Fact]
    public async Task Damaged_client_is_listed_as_such_and_removed_and_hurts_no_other()
    {
        var secret = await RegisterAsync(Orders);
        await WriteAsync("damaged", "{}");
        await WriteAsync("a b", "{");
        await WriteAsync(new('x', 1000), "[]");

        var (listed, list) = await SendAsync(HttpMethod.Get, "");
        var (_, page) = await SendAsync(HttpMethod.Get, "?limit=1");
        var ids = new List<string?>();

        for (var cursor = ""; cursor is not null;)
        {
            (_, page) = await SendAsync(HttpMethod.Get, $"?limit=1{cursor}");
            var entries = page.TryGetProperty("damaged", out var some) ? some : page.GetProperty("clients");
            ids.Add(Assert.Single(entries.EnumerateArray()).GetProperty("client_id").GetString());
            cursor = page.TryGetProperty("next_cursor", out var next) ? $"&cursor={next.GetString()}" : null;
        }

        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.Equal(2, list.GetProperty("clients").GetArrayLength());
        var damaged = list.GetProperty("damaged").EnumerateArray().ToArray();
        Assert.Equal(["a b", "damaged", new('x', 1000)], damaged.Select(client => client.GetProperty("client_id").GetString()));
        Assert.Contains("it is no client document", damaged[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(5, ids.Distinct().Count());
        using var token = await _api.PostTokenAsync("orders", secret);
        Assert.Equal(HttpStatusCode.OK, token.StatusCode);

        foreach (var (method, path) in ((HttpMethod, string)[])[
            (HttpMethod.Get, "/damaged"), (HttpMethod.Patch, "/damaged"), (HttpMethod.Post, "/damaged/secrets")])
        {
            var (refused, problem) = await SendAsync(method, path, method == HttpMethod.Get ? null : "{}");
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("can only be removed", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        foreach (var path in (string[])["/damaged", "/a%20b", $"/{new string('x', 1000)}"])
        {
            Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, path)).Response.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, path)).Response.StatusCode);
        }

        var (_, after) = await SendAsync(HttpMethod.Get, "");
        Assert.False(after.TryGetProperty("damaged", out _));
        Assert.Equal(3, _api.Logs.Lines.Count(line => line.Contains("Removal (damaged) of the client '", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Client_that_is_kept_under_another_id_gets_no_token()
    {
        var secret = await RegisterAsync("""{"client_id":"adm","client_name":"A","scope":"ADMIN"}""");
        var administrator = (await _api.Services.GetRequiredService<ClientStore>().FindAsync("adm", default))!;
        await WriteAsync("mm1", ClientDocument.Write(administrator));

        using var other = await _api.PostTokenAsync("mm1", secret);
        using var own = await _api.PostTokenAsync("adm", secret);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (other.StatusCode, own.StatusCode));
    }

    [Theory]
    [InlineData("AccessTokenLifetime", "00:15:00", "USER")]
    [InlineData("Scopes", "USER ADMIN OTHER", "RETIRED")]
    public async Task Client_is_switched_off_though_a_setting_no_longer_allows_what_it_has(string setting, string value, string scope)
    {
        await RegisterAsync("""{"client_id":"orders","client_name":"Orders","scope":"USER","access_token_reuse":300}""");
        var client = (await _api.Services.GetRequiredService<ClientStore>().FindAsync("orders", default))!;
        using var changed = new ApiFactory().Set(setting, value);
        await changed.Services.GetRequiredService<ClientStore>().AddAsync(client with { Scopes = [scope] }, default);
        var administrator = ("Authorization", $"Bearer {await changed.GetTokenAsync("ADMIN")}");

        var patches = new List<HttpStatusCode>();

        foreach (var patch in (string[])["""{"enabled":false}""", """{"scope":"USER OTHER NOPE"}""", """{"access_token_reuse":361}"""])
        {
            using var response = await changed.SendAsync(
                HttpMethod.Patch, "/admin/clients/orders", new StringContent(patch, Encoding.UTF8, "application/json"), administrator);
            patches.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], patches);
        using var read = await changed.SendAsync(HttpMethod.Get, "/admin/clients/orders", null, administrator);
        Assert.False((await BodyAsync(read)).GetProperty("enabled").GetBoolean());
    }

    [Theory]
    [InlineData("""{"enabled":false}""", HttpStatusCode.OK)]
    [InlineData("""{"claims":{"Scope":"OTHER"}}""", HttpStatusCode.OK)]
    [InlineData("""{"claims":{"Scope":null}}""", HttpStatusCode.OK)]
    [InlineData("""{"claims":{"SCOPE":"ADMIN"}}""", HttpStatusCode.BadRequest)]
    public async Task Client_that_was_registered_with_a_reserved_claim_keeps_it_and_gets_no_other(string patch, HttpStatusCode status)
    {
        await _api.AddClientAsync("orders", "USER", client => client with
        {
            Claims = client.Claims.Add("Scope", JsonSerializer.Deserialize<JsonElement>("\"ADMIN\"")),
        });

        var (response, _) = await SendAsync(HttpMethod.Patch, "/orders", patch);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Secret_is_replaced_without_a_gap()
    {
        var first = await RegisterAsync(Orders);

        var (response, made) = await SendAsync(HttpMethod.Post, "/orders/secrets", """{"expires_in":3600}""");
        var second = made.GetProperty("client_secret").GetString()!;
        var (third, problem) = await SendAsync(HttpMethod.Post, "/orders/secrets");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(_api.Time.Now.AddHours(1).ToUnixTimeSeconds(), made.GetProperty("client_secret_expires_at").GetInt64());
        Assert.Equal(HttpStatusCode.Conflict, third.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty("secrets", out _));
        Assert.Equal("200 200", await StatusesAsync(first, second));
        var (_, client) = await SendAsync(HttpMethod.Get, "/orders");
        var firstId = client.GetProperty("secrets")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/orders/secrets/{firstId}")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, $"/orders/secrets/{firstId}")).Response.StatusCode);
        Assert.Equal("401 200", await StatusesAsync(first, second));
        _api.Time.Now += TimeSpan.FromHours(1);
        Assert.Equal("401 401", await StatusesAsync(first, second));
    }

    [Fact]
    public async Task Previous_secret_ends_when_asked_to()
    {
        var first = await RegisterAsync(Orders);
        var (_, made) = await SendAsync(HttpMethod.Post, "/orders/secrets", """{"previous_expires_in":600}""");
        var second = made.GetProperty("client_secret").GetString()!;

        Assert.Equal("200 200", await StatusesAsync(first, second));
        _api.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal("401 200", await StatusesAsync(first, second));
        // It is out of the way by itself.
        _token = await _api.GetTokenAsync("ADMIN");
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(HttpMethod.Post, "/orders/secrets")).Response.StatusCode);
    }

    [Theory]
    [InlineData("{\"expires_in\":59}", "expires_in")]
    [InlineData("{\"expires_in\":\"60\"}", "expires_in")]
    [InlineData("{\"previous_expires_in\":-1}", "previous_expires_in")]
    [InlineData("{\"secret\":\"mine\"}", "secret")]
    public async Task Wrong_lifetime_of_a_secret_is_named(string body, string member)
    {
        await RegisterAsync(Orders);

        var (response, problem) = await SendAsync(HttpMethod.Post, "/orders/secrets", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _));
    }

    [Theory]
    [InlineData("client_secret_basic", 401)]
    [InlineData("client_secret_post", 200)]
    public async Task Client_that_is_pinned_to_a_method_cannot_use_another(string method, int status)
    {
        var secret = await RegisterAsync(
            $$"""{"client_id":"orders","client_name":"Orders","scope":"USER","token_endpoint_auth_method":"{{method}}"}""");

        // Sends it in the body.
        using var response = await _api.PostTokenAsync("orders", secret);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Last_use_of_a_secret_is_shown_as_a_day()
    {
        var secret = await RegisterAsync(Orders);

        using var token = await _api.PostTokenAsync("orders", secret);

        // Written behind the answer's back.
        for (var attempt = 0; ; attempt++)
        {
            var (_, client) = await SendAsync(HttpMethod.Get, "/orders");

            if (client.GetProperty("secrets")[0].TryGetProperty("last_used", out var day))
            {
                Assert.Equal("2026-06-01", day.GetString());

                return;
            }

            Assert.True(attempt < 200);
            await Task.Delay(25);
        }
    }

    [Fact]
    public async Task List_is_paged_by_a_cursor_in_the_order_of_the_ids()
    {
        foreach (var id in (string[])["b2", "a1", "c3", "B2", "a-1"])
        {
            await RegisterAsync($$"""{"client_id":"{{id}}","client_name":"x","scope":"USER"}""");
        }

        var seen = new List<string>();
        var cursor = "";

        for (var pages = 0; pages < 10; pages++)
        {
            var (_, page) = await SendAsync(HttpMethod.Get, $"?limit=2{(cursor is "" ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("clients").EnumerateArray().Select(client => client.GetProperty("client_id").GetString()!));

            if (!page.TryGetProperty("next_cursor", out var next))
            {
                break;
            }

            cursor = next.GetString()!;
        }

        Assert.Equal(6, seen.Count);
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=201", "limit")]
    [InlineData("?limit=-1", "limit")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?limit=99999999999", "limit")]
    [InlineData("?cursor=!", "cursor")]
    [InlineData("?cursor=", "cursor")]
    [InlineData("?cursor=YWJj", "cursor")]
    public async Task Wrong_page_is_named(string query, string member)
    {
        var (response, problem) = await SendAsync(HttpMethod.Get, query);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("GET", "/orders")]
    [InlineData("PATCH", "/orders")]
    [InlineData("DELETE", "/orders")]
    [InlineData("POST", "/orders/secrets")]
    [InlineData("DELETE", "/orders/secrets/1")]
    public async Task Nobody_without_the_scope_gets_here(string method, string path)
    {
        using var anonymous = await _api.SendAsync(new(method), $"/admin/clients{path}");
        _token = await _api.GetTokenAsync("USER");
        var (user, _) = await SendAsync(new(method), path);

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
    }

    private Task WriteAsync(string clientId, string document) =>
        RawSqlite.WriteClientAsync(_api.Services.GetRequiredService<SqliteDatabase>().Path, clientId, document);

    private async Task<string> RegisterAsync(string body)
    {
        var (response, client) = await SendAsync(HttpMethod.Post, "", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);

        return client.GetProperty("client_secret").GetString()!;
    }

    private async Task<string> StatusesAsync(params string[] secrets)
    {
        var statuses = new List<int>();

        foreach (var secret in secrets)
        {
            using var response = await _api.PostTokenAsync("orders", secret);
            statuses.Add((int)response.StatusCode);
        }

        return string.Join(' ', statuses);
    }

    private async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        HttpMethod method, string path, string? body = null, string contentType = "application/json", string? ifMatch = null)
    {
        var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body))
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) },
        };
        (string, string)[] headers = [("Authorization", $"Bearer {_token}"), .. ifMatch is null ? [] : new[] { ("If-Match", ifMatch) }];
        var response = await _api.SendAsync(method, $"/admin/clients{path}", content, headers);

        return (response, await BodyAsync(response));
    }

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();

        return text is "" ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
