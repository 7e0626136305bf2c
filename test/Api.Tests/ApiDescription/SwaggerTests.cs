using System.Net;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.ApiDescription;

public sealed class SwaggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_route_is_described_with_its_answers()
    {
        using var api = new ApiFactory().Set("Swagger", "true");

        var document = await GetDocumentAsync(api);

        var routes = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation =>
            $"{operation.Name} {path.Name}: "
            + string.Join(' ', operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name).Order())));
        Assert.Equal(
            [
                "delete /admin/clients/{id}/secrets/{secretId}: 204 401 403 404 412 503",
                "delete /admin/clients/{id}: 204 401 403 404 409 412 503",
                "delete /admin/users/{id}/passkeys/{passkeyId}: 204 401 403 404 409 503",
                "delete /admin/users/{id}/sessions/{sid}: 204 401 403 404 409 503",
                "delete /admin/users/{id}/sessions: 204 401 403 404 409 503",
                "delete /admin/users/{id}: 204 401 403 404 409 412 503",
                "get /.well-known/jwks.json: 200 304 503",
                "get /.well-known/oauth-authorization-server: 200 304",
                "get /.well-known/openid-configuration: 200 304",
                "get /admin/clients/{id}: 200 401 403 404 409 503",
                "get /admin/clients: 200 400 401 403 503",
                "get /admin/keys: 200 401 403 503",
                "get /admin/users/{id}/sessions: 200 401 403 404 409 503",
                "get /admin/users/{id}: 200 401 403 404 409 503",
                "get /admin/users: 200 400 401 403 503",
                "get /health: 200",
                "get /oauth2/authorize: 200 303 400",
                "get /oauth2/logout: 200 303",
                "get /oauth2/userinfo: 200 401 403",
                "get /user/me: 200 401 403",
                "patch /admin/clients/{id}: 200 400 401 403 404 409 412 413 415 503",
                "patch /admin/users/{id}: 200 400 401 403 404 409 412 413 415 503",
                "post /admin/clients/{id}/secrets: 201 400 401 403 404 409 412 413 415 503",
                "post /admin/clients: 201 400 401 403 409 413 415 503",
                "post /admin/keys/rotate: 202 401 403 409 503",
                "post /admin/users/{id}/links: 201 401 403 404 409 503",
                "post /admin/users: 201 400 401 403 409 413 415 503",
                "post /oauth2/authorize: 303 400",
                "post /oauth2/introspect: 200 400 401 408 413 415 503",
                "post /oauth2/logout: 200 303",
                "post /oauth2/revoke: 200 400 401 408 413 415 503",
                "post /oauth2/token: 200 400 401 408 413 415 503",
                "post /oauth2/userinfo: 200 401 403",
            ],
            routes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_in_the_description_are_those_on_the_wire()
    {
        using var api = new ApiFactory().Set("Swagger", "true");

        var document = await GetDocumentAsync(api);

        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal(["access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"], Members(schemas.GetProperty("TokenResponse")));
        Assert.Equal(
            [
                "grant_type", "scope", "client_id", "client_secret", "client_assertion_type", "client_assertion", "code", "redirect_uri",
                "code_verifier", "refresh_token",
            ],
            Members(schemas.GetProperty("TokenRequestBody")));
        Assert.Equal(["kty", "use", "alg", "kid", "n", "e"], Members(schemas.GetProperty("PublicKey")));

        static IEnumerable<string> Members(JsonElement schema) =>
            schema.GetProperty("properties").EnumerateObject().Select(member => member.Name);
    }

    [Fact]
    public async Task Authorize_button_asks_our_token_endpoint_for_our_scopes()
    {
        using var api = new ApiFactory().Set("Swagger", "true").Set("Issuer", "https://issuer.example/auth").Set("Scopes", "USER ADMIN X");

        var document = await GetDocumentAsync(api);

        var flows = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("oauth2").GetProperty("flows");
        var code = flows.GetProperty("authorizationCode");
        Assert.Equal("/auth/oauth2/authorize", code.GetProperty("authorizationUrl").GetString());
        Assert.Equal("/auth/oauth2/token", code.GetProperty("tokenUrl").GetString());
        Assert.Equal(
            ["USER", "ADMIN", "X", "openid", "profile", "email"], code.GetProperty("scopes").EnumerateObject().Select(scope => scope.Name));
        var flow = flows.GetProperty("clientCredentials");
        Assert.Equal("/auth/oauth2/token", flow.GetProperty("tokenUrl").GetString());
        Assert.Equal(["USER", "ADMIN", "X"], flow.GetProperty("scopes").EnumerateObject().Select(scope => scope.Name));
        var guard = document.GetProperty("paths").GetProperty("/user/me").GetProperty("get").GetProperty("security")[0];
        Assert.Equal("USER", guard.GetProperty("oauth2")[0].GetString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/swagger")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    public async Task Description_is_not_served_unless_switched_on(string path)
    {
        using var api = new ApiFactory();

        using var response = await api.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [FactWith(Tool.Browser)]
    public async Task Authorize_and_try_it_out_work_in_a_browser()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);
        var screenshot = Path.Combine(AppContext.BaseDirectory, "swagger.png");

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "swagger.mjs", ExternalTools.Chromium!, api.Address, "development", api.Secret, screenshot));

        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
        Assert.Equal(33, shown.GetProperty("operations").GetArrayLength());
        Assert.Equal(200, shown.GetProperty("status").GetInt32());
        var claims = JsonSerializer.Deserialize<JsonElement>(shown.GetProperty("body").GetString()!);
        Assert.Equal("development", claims.GetProperty("sub").GetString());
        Assert.Equal("USER", claims.GetProperty("scope").GetString());
        Assert.True(File.Exists(screenshot));
    }

    [FactWith(Tool.Browser)]
    public async Task Person_signs_in_by_code_and_PKCE()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);
        var link = api.Output.Split('\n').Select(line => line.Trim())
            .Single(line => line.StartsWith($"{api.Address}/enroll/", StringComparison.Ordinal));

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "swagger-sign-in.mjs", ExternalTools.Chromium!, api.Address, link));

        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
        Assert.Equal(200, shown.GetProperty("status").GetInt32());
        var claims = JsonSerializer.Deserialize<JsonElement>(shown.GetProperty("body").GetString()!);
        Assert.StartsWith("usr_", claims.GetProperty("sub").GetString(), StringComparison.Ordinal);
        Assert.Equal("swagger-ui", claims.GetProperty("client_id").GetString());
    }

    [FactWith(Tool.Browser)]
    public async Task Client_can_be_managed_in_a_browser()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "client-life.mjs", ExternalTools.Chromium!, api.Address, "development", api.Secret));

        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
        var steps = shown.GetProperty("steps");
        Assert.Equal(
            [
                "made 201", "listed 200", "changed 200", "changed-too-late 412", "second-secret 201", "first-secret-removed 204",
                "seen 200", "refused 400", "removed 204", "gone 404",
            ],
            steps.EnumerateObject().Select(step => $"{step.Name} {step.Value.GetProperty("status").GetInt32()}"));
        Assert.StartsWith("ocs_", Shown("made").GetProperty("client_secret").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, Shown("listed").GetProperty("clients").GetArrayLength());
        Assert.Equal("Orders of the north", Shown("seen").GetProperty("client_name").GetString());
        Assert.Empty(Shown("seen").GetProperty("claims").EnumerateObject());
        Assert.Equal(
            Shown("second-secret").GetProperty("id").GetString(), Shown("seen").GetProperty("secrets")[0].GetProperty("id").GetString());
        Assert.Equal(["client_name", "scope"], Shown("refused").GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());

        JsonElement Shown(string step) => steps.GetProperty(step).GetProperty("json");
    }

    private static async Task<JsonElement> GetDocumentAsync(ApiFactory api)
    {
        using var response = await api.GetAsync("/swagger/v1/swagger.json");

        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
    }
}
