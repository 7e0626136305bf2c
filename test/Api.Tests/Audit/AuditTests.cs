using System.Net.Http.Json;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Audit;

public sealed class AuditTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Issued_token_leaves_one_event_with_its_jti()
    {
        var secret = await _api.AddClientAsync("orders", "USER ADMIN");
        using var response = await _api.SendAsync(
            HttpMethod.Post, "/oauth2/token", Form(("client_id", "orders"), ("client_secret", secret)), ("User-Agent", "shop/1.0"));
        var token = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;

        var line = Assert.Single(Events());

        var jti = new System.IdentityModel.Tokens.Jwt.JwtSecurityToken(token).Id;
        Assert.StartsWith(
            $"Information: Token issued to 'orders' for 'USER ADMIN': jti {jti}, reused False, by client_secret_post, from ",
            line,
            StringComparison.Ordinal);
        Assert.Contains("shop/1.0", line, StringComparison.Ordinal);
        AssertNotLogged(secret, token, token.Split('.')[2]);
    }

    [Theory]
    [InlineData("orders", "wrong", "invalid_client", "refused to '' (claimed client_id 'orders')")]
    [InlineData("nobody", "wrong", "invalid_client", "refused to '' (claimed client_id 'nobody')")]
    [InlineData("a\r\nInformation: Token issued to admin\u2028\u001b[2J", "wrong", "invalid_client", "(claimed client_id 'a??Information: Token issued to admin??[2J')")]
    [InlineData("ocs_c2VjcmV0", "orders", "invalid_client", "(claimed client_id '(a client secret)')")]
    // Secrets that Secrets Manager generates for the first client.
    [InlineData("c2VjcmV0iTa9GkC81xWbZ0uYnE47mKqLrPsDfHjAoQv", "admin", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("x c2VjcmV0iTa9GkC81xWbZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    // Damaged, or encoded several times.
    [InlineData("OCS_c2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("ocs%5Fc2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("ocs%5fc2VjcmV0%2DTa9GkC81x%5FbZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("ocs%255Fc2VjcmV0%252dTa9GkC81x%25255fbZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("c2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("orders:c2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHjAoQv", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("OCS_c2VjcmV0", "orders", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("ocs%5Fc2VjcmV0", "orders", "invalid_client", "(claimed client_id '(a client secret)')")]
    [InlineData("c2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHjA", "", "invalid_client", "(claimed client_id '(a client secret)')")]
    // Similar texts that are not secrets.
    [InlineData("a2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHj", "", "invalid_client", "(claimed client_id 'a2VjcmV0-Ta9GkC81x_bZ0uYnE47mKqLrPsDfHj')")]
    [InlineData("docs_reader", "wrong", "invalid_client", "(claimed client_id 'docs_reader')")]
    [InlineData("orders-service.production.eu-central-1.example", "wrong", "invalid_client", "(claimed client_id 'orders-service.production.eu-central-1.example')")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057", "wrong", "invalid_client", "(claimed client_id '01890a5d-ac96-774b-bcce-b302099a8057')")]
    [InlineData("0123456789abcdef0123456789abcdef", "wrong", "invalid_client", "(claimed client_id '0123456789abcdef0123456789abcdef')")]
    public async Task Refused_token_leaves_one_event_with_the_reason(string id, string secret, string error, string expected)
    {
        await _api.AddClientAsync("orders", "USER");

        using var response = await _api.SendAsync(
            HttpMethod.Post, "/oauth2/token", Form(("client_id", id), ("client_secret", secret), ("scope", "X\nY")));

        var line = Assert.Single(Events());
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains($"for 'X?Y': {error}. ", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        AssertNotLogged("c2VjcmV0");
    }

    [Fact]
    public async Task Refusal_of_a_known_client_names_it()
    {
        var secret = await _api.AddClientAsync("orders", "USER");

        using var response = await _api.SendAsync(
            HttpMethod.Post, "/oauth2/token", Form(("client_id", "orders"), ("client_secret", secret), ("scope", "ADMIN")));

        Assert.StartsWith("Information: Token refused to 'orders' ", Assert.Single(Events()), StringComparison.Ordinal);
        AssertNotLogged(secret);
    }

    [Fact]
    public async Task Long_input_is_truncated_in_the_log()
    {
        using var response = await _api.SendAsync(
            HttpMethod.Post, "/oauth2/token", Form(("client_id", string.Concat(Enumerable.Repeat("orders ", 1300))), ("client_secret", "s")));

        Assert.InRange(Assert.Single(Events()).Length, 256, 1000);
    }

    [Fact]
    public async Task Change_of_a_client_is_logged_with_actor_before_and_after_and_no_secret()
    {
        var token = await _api.GetTokenAsync("ADMIN");
        var read = new System.IdentityModel.Tokens.Jwt.JwtSecurityToken(token);
        var (by, with) = (read.Subject, $"with jti {read.Id}, from ");
        _api.Logs.Lines.Clear();
        (string, string)[] bearer = [("Authorization", $"Bearer {token}"), ("User-Agent", "shop/1.0")];

        using var made = await _api.SendAsync(
            HttpMethod.Post, "/admin/clients", JsonContent.Create(new { client_id = "orders", client_name = "Orders", scope = "USER" }), bearer);
        using var changed = await _api.SendAsync(HttpMethod.Patch, "/admin/clients/orders", JsonContent.Create(new { scope = "ADMIN" }), bearer);
        using var second = await _api.SendAsync(HttpMethod.Post, "/admin/clients/orders/secrets", null, bearer);
        using var removed = await _api.SendAsync(HttpMethod.Delete, "/admin/clients/orders", null, bearer);
        using var rotated = await _api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, bearer);

        var events = Events();
        Assert.Equal(5, events.Length);
        Assert.StartsWith($"Information: Registration of the client 'orders' by '{by}': before '', after '{{", events[0], StringComparison.Ordinal);
        Assert.StartsWith($"Information: Change of the client 'orders' by '{by}': before '{{", events[1], StringComparison.Ordinal);
        var sides = events[1].Split(", after ");
        Assert.Contains("\"scope\":\"USER\"", sides[0], StringComparison.Ordinal);
        Assert.Contains("\"scope\":\"ADMIN\"", sides[1], StringComparison.Ordinal);
        Assert.StartsWith($"Information: New secret of the client 'orders' by '{by}'", events[2], StringComparison.Ordinal);
        Assert.Contains($", after '', {with}", events[3], StringComparison.Ordinal);
        Assert.StartsWith($"Information: Rotation of signing keys by '{by}', {with}", events[4], StringComparison.Ordinal);
        Assert.All(events, line => Assert.EndsWith($"'shop/1.0' ", line, StringComparison.Ordinal));
        Assert.All(events, line => Assert.Contains(with, line, StringComparison.Ordinal));
        AssertNotLogged(
            token,
            (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("client_secret").GetString()!,
            (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("client_secret").GetString()!);
    }

    [Fact]
    public async Task Refused_change_leaves_no_event()
    {
        var token = await _api.GetTokenAsync("ADMIN");
        _api.Logs.Lines.Clear();

        using var response = await _api.SendAsync(
            HttpMethod.Post, "/admin/clients", JsonContent.Create(new { scope = "X" }), ("Authorization", $"Bearer {token}"));

        Assert.Empty(Events());
    }

    private string[] Events() =>
    [
        .. _api.Logs.Lines.Where(line =>
            line.StartsWith("Information: Token ", StringComparison.Ordinal)
            || line.Contains("of the client", StringComparison.Ordinal)
            || line.Contains("of signing keys by", StringComparison.Ordinal)),
    ];

    private void AssertNotLogged(params string[] secrets) =>
        Assert.DoesNotContain(_api.Logs.Lines, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] parameters) => new(
        [new("grant_type", "client_credentials"), .. parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))]);
}
