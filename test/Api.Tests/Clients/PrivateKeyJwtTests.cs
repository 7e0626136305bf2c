using System.Net;
using System.Net.Http.Json;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Foundation.Net;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Logging;

namespace Api.Tests.Clients;

/// <summary>
/// private_key_jwt at POST /oauth2/token (RFC 7521 §4.2, RFC 7523 §3): which clients may use it, and the other parameters.
/// </summary>
public sealed class PrivateKeyJwtTests(ClientsWithKeys clients) : IClassFixture<ClientsWithKeys>
{
    [Theory]
    [InlineData("rsa", "RS256")]
    [InlineData("rsa", "PS256")]
    [InlineData("ec", "ES256")]
    [InlineData("ps256", "PS256")]
    [InlineData("several", "RS256")]
    [InlineData("several", "ES256")]
    public async Task Assertion_gets_a_token(string clientId, string algorithm)
    {
        using var response = await PostAsync(clients.Forge(clientId, algorithm).Sign());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(clients.Api.Logs.Lines, line =>
            line.Contains($"Token issued to '{clientId}' ", StringComparison.Ordinal)
            && line.Contains("by private_key_jwt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disabled_client_gets_unauthorized_client_after_authentication()
    {
        using var real = await PostAsync(clients.Forge("off").Sign());
        using var forged = await PostAsync(clients.Forge("off").Sign(key: clients.OtherRsa));

        Assert.Equal(HttpStatusCode.BadRequest, real.StatusCode);
        Assert.Equal("unauthorized_client", (await real.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
        await ClientsWithKeys.AssertRefusedAsync(forged);
    }

    [Fact]
    public async Task Client_with_a_pinned_method_cannot_use_its_secret()
    {
        var secret = await clients.Api.AddClientAsync(
            "keys-only", "USER", client => client with { Keys = [clients.Rsa.Public()], AuthenticationMethod = "private_key_jwt" });

        using var bySecret = await clients.Api.PostTokenAsync("keys-only", secret);
        using var byKey = await PostAsync(clients.Forge("keys-only").Sign());

        await ClientsWithKeys.AssertRefusedAsync(bySecret);
        Assert.Equal(HttpStatusCode.OK, byKey.StatusCode);
    }

    [Theory]
    [InlineData("RS256", 0)]
    [InlineData("PS256", 0)]
    [InlineData("ES256", 1)]
    public async Task Keys_come_from_the_jwks_uri_of_the_client(string algorithm, int used)
    {
        ClientKeyPair[] keys = [clients.Rsa, clients.Ec];
        await using var server = await KeySetServer.StartAsync();
        server.Answer = http => http.Response.WriteAsync(
            new JsonObject { ["keys"] = new JsonArray(clients.Rsa.Jwk("0"), clients.Ec.Jwk("1")) }.ToJsonString());
        using var api = await StartWithAsync(server);
        var forge = new AssertionForge("remote", keys[used], algorithm, api.Time.Now);

        using var byKid = await PostAsync(forge.Sign(header: header => header["kid"] = $"{used}"), api);
        using var withoutKid = await PostAsync(forge.Sign(), api);
        using var otherKid = await PostAsync(forge.Sign(header: header => header["kid"] = $"{1 - used}"), api);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (byKid.StatusCode, withoutKid.StatusCode));
        await ClientsWithKeys.AssertRefusedAsync(otherKid);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Failed_request_for_keys_is_invalid_client_with_the_reason_in_the_log()
    {
        await using var server = await KeySetServer.StartAsync();
        server.Answer = http => http.Response.WriteAsync("internal page");
        using var api = await StartWithAsync(server);
        var forge = new AssertionForge("remote", clients.Rsa, "RS256", api.Time.Now);

        using var expired = await PostAsync(forge.Sign(payload => payload["exp"] = 1), api);
        Assert.Empty(server.Requests);
        using var response = await PostAsync(forge.Sign(), api);

        Assert.Single(server.Requests);
        await ClientsWithKeys.AssertRefusedAsync(response);
        Assert.Contains(api.Logs.Lines, line => line.Contains("key set at the client's jwks_uri is not JSON", StringComparison.Ordinal));
        Assert.DoesNotContain(api.Logs.Lines, line => line.Contains("internal page", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("client_id", "rsa", null)]
    [InlineData("client_id", "ec", "invalid_client")]
    [InlineData("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "invalid_client")]
    [InlineData("client_assertion_type", "", "invalid_request")]
    [InlineData("client_assertion", "", "invalid_request")]
    [InlineData("client_secret", "ocs_x", "invalid_request")]
    [InlineData("Authorization", "Basic cnNhOng=", "invalid_request")]
    [InlineData("Authorization", "Bearer x", "invalid_request")]
    public async Task Other_parameters_must_match_the_assertion(string name, string value, string? error)
    {
        var assertion = clients.Forge().Sign();
        var parameters = ClientsWithKeys.ParametersOf(assertion);
        (string, string)[] headers = name is "Authorization" ? [(name, value)] : [];
        parameters[name] = value;
        clients.Api.Logs.Lines.Clear();

        using var form = await SendAsync(new FormUrlEncodedContent(parameters), headers);
        parameters["client_assertion"] = name is "client_assertion" ? value : clients.Forge().Sign();
        using var json = await SendAsync(JsonContent.Create(parameters), headers);

        foreach (var response in new[] { form, json })
        {
            var body = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(error, body.TryGetProperty("error", out var found) ? found.GetString() : null);
        }

        clients.AssertNotInTheLog(assertion);
    }

    [Fact]
    public async Task Assertion_in_the_wrong_place_is_not_in_the_log()
    {
        var assertion = clients.Forge().Sign();
        clients.Api.Logs.Lines.Clear();

        using var asId = await clients.Api.PostTokenAsync(assertion, "x");
        using var asScope = await SendAsync(new FormUrlEncodedContent(
            new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "rsa", ["scope"] = assertion }));

        clients.AssertNotInTheLog(assertion);
        Assert.Equal(2, clients.Api.Logs.Lines.Count(line => line.Contains("(a token)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unknown_client_and_wrong_key_get_the_same_answer()
    {
        using var unknown = await PostAsync(clients.Forge("nobody").Sign());
        using var wrong = await PostAsync(clients.Forge().Sign(key: clients.OtherRsa));

        Assert.Equal(await unknown.Content.ReadAsStringAsync(), await wrong.Content.ReadAsStringAsync());
        Assert.Equal(unknown.Headers.ToString(), wrong.Headers.ToString());
    }

    [Fact]
    public async Task No_exception_has_the_assertion_in_its_text()
    {
        var assertion = clients.Forge().Sign(key: clients.OtherRsa);
        var texts = new List<string>();
        AppDomain.CurrentDomain.FirstChanceException += Read;

        using var response = await PostAsync(assertion);
        AppDomain.CurrentDomain.FirstChanceException -= Read;

        await ClientsWithKeys.AssertRefusedAsync(response);
        Assert.False(IdentityModelEventSource.ShowPII);
        Assert.False(IdentityModelEventSource.LogCompleteSecurityArtifact);
        Assert.NotEmpty(texts);
        Assert.All(assertion.Split('.')[1..], part => Assert.DoesNotContain(texts, text => text.Contains(part, StringComparison.Ordinal)));

        void Read(object? sender, FirstChanceExceptionEventArgs thrown)
        {
            lock (texts)
            {
                texts.Add(thrown.Exception.Message);
            }
        }
    }

    [Fact]
    public async Task Store_outage_is_answered_with_503()
    {
        using var api = new ApiFactory();
        await api.AddClientAsync("rsa", "USER", client => client with { Keys = [clients.Rsa.Public()] });
        var forge = new AssertionForge("rsa", clients.Rsa, "RS256", api.Time.Now);
        using var before = await PostAsync(forge.Sign(), api);
        var database = api.Services.GetRequiredService<SqliteDatabase>().Path;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Move(database, database + ".away");

        using var during = await PostAsync(forge.Sign(), api);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, during.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string assertion, ApiFactory? api = null) =>
        ClientsWithKeys.PostAsync(api ?? clients.Api, assertion);

    private Task<HttpResponseMessage> SendAsync(HttpContent content, params (string Name, string Value)[] headers) =>
        clients.Api.SendAsync(HttpMethod.Post, "/oauth2/token", content, headers);

    /// <summary>An app in which the jwks_uri of the client <c>remote</c> is served by this server.</summary>
    private static async Task<ApiFactory> StartWithAsync(KeySetServer server)
    {
        var api = new ApiFactory
        {
            Replace = services => services.AddSingleton(new PublicHttpFetch(new Rerouted(() => server.Address))),
        };
        await api.AddClientAsync("remote", "USER", client => client with { JwksUri = new("https://keys.example/jwks.json") });

        return api;
    }
}
