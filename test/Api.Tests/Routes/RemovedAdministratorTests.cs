using System.Net;
using System.Text;
using Api.Clients;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Api.Tests.Routes;

/// <summary>The token of an administrator whose client has been removed, disabled or demoted since it was issued.</summary>
public sealed class RemovedAdministratorTests : IAsyncLifetime, IDisposable
{
    private const string Removed =
        "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The client of the access token is removed or disabled.\"";

    private const string Demoted = "Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"ADMIN\"";

    private static readonly (string Method, string Path, string? Body)[] Requests =
    [
        ("GET", "/admin/keys", null),
        ("POST", "/admin/keys/rotate", null),
        ("GET", "/admin/clients", null),
        ("GET", "/admin/clients/ops", null),
        ("POST", "/admin/clients", """{"client_id":"new","client_name":"New","scope":"ADMIN"}"""),
        ("PATCH", "/admin/clients/ops", """{"enabled":true,"scope":"ADMIN"}"""),
        ("POST", "/admin/clients/ops/secrets", null),
        ("DELETE", "/admin/clients/other", null),
    ];

    private readonly ApiFactory _api = new();
    private bool _isDown;
    private string _token = "";
    private string _other = "";

    public RemovedAdministratorTests() => _api.Replace = services => services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(provider =>
        new Documents(provider.GetRequiredService<SqliteDocumentStore>(), () => _isDown)));

    public async Task InitializeAsync()
    {
        _token = await GetTokenAsync("ops");
        _other = await GetTokenAsync("other");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(_token, "GET", "/admin/keys")).Status);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("DELETE", null, HttpStatusCode.Unauthorized, Removed)]
    [InlineData("PATCH", """{"enabled":false}""", HttpStatusCode.Unauthorized, Removed)]
    [InlineData("PATCH", """{"scope":"USER"}""", HttpStatusCode.Forbidden, Demoted)]
    public async Task Former_administrator_cannot_administer(string method, string? change, HttpStatusCode status, string challenge)
    {
        await SendAsync(_other, method, "/admin/clients/ops", change);
        var before = await ClientsAsync();

        foreach (var request in Requests)
        {
            var answer = await SendAsync(_token, request.Method, request.Path, request.Body);

            Assert.Equal((request, status, challenge), (request, answer.Status, answer.Challenge));
            Assert.Equal("application/problem+json", answer.ContentType);
        }

        Assert.Equal(before, await ClientsAsync());
    }

    [Theory]
    [InlineData(59, HttpStatusCode.OK)]
    [InlineData(60, HttpStatusCode.Unauthorized)]
    public async Task Change_on_another_instance_is_noticed_within_a_minute(int seconds, HttpStatusCode status)
    {
        var store = _api.Services.GetRequiredService<ClientStore>();
        var client = (await store.FindAsync("ops", default))!;
        await store.ChangeAsync(client, client with { Enabled = false, Version = "2" }, default);

        _api.Time.Now += TimeSpan.FromSeconds(seconds);

        Assert.Equal(status, (await SendAsync(_token, "GET", "/admin/keys")).Status);
    }

    [Fact]
    public async Task Administrator_check_during_an_outage_is_503()
    {
        var user = await GetTokenAsync("user", "USER");
        _isDown = true;
        _api.Time.Now += ClientCache.Age;

        var administrator = await SendAsync(_token, "GET", "/admin/keys");
        var others = new[] { await SendAsync(user, "GET", "/admin/keys"), await SendAsync("x", "GET", "/admin/keys") };

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (administrator.Status, administrator.RetryAfter));
        // These are refused without the store.
        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized], others.Select(answer => answer.Status));
    }

    [Fact]
    public async Task Client_that_has_become_an_administrator_needs_a_new_token()
    {
        var user = await GetTokenAsync("user", "USER");
        await SendAsync(_other, "PATCH", "/admin/clients/user", """{"scope":"USER ADMIN"}""");

        var answer = await SendAsync(user, "GET", "/admin/keys");

        Assert.Equal((HttpStatusCode.Forbidden, Demoted), (answer.Status, answer.Challenge));
    }

    private async Task<string> GetTokenAsync(string clientId, string scope = "ADMIN")
    {
        using var response = await _api.PostTokenAsync(clientId, await _api.AddClientAsync(clientId, scope));
        var body = await response.Content.ReadAsStringAsync();

        return body.Split('"') is [_, "access_token", _, var token, ..] ? token : "";
    }

    private async Task<string> ClientsAsync() => string.Join(' ', (await _api.Services.GetRequiredService<ClientStore>()
        .ListAsync(after: null, 100, default)).Select(client => $"{client.ClientId} {client.Client?.Version}"));

    private async Task<Answer> SendAsync(string token, string method, string path, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _api.SendAsync(new(method), path, content, ("Authorization", $"Bearer {token}"));

        return new(
            response.StatusCode,
            response.Headers.WwwAuthenticate.ToString(),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.TryGetValues("Retry-After", out var values) ? values.Single() : null);
    }

    private sealed record Answer(HttpStatusCode Status, string Challenge, string? ContentType, string? RetryAfter);

    private sealed class Documents(IDocumentStore store, Func<bool> isDown) : DelegatingDocumentStore(store)
    {
        public override Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation) =>
            isDown() ? throw new StorageException("Made up by the test.") : base.GetAsync(key, cancellation);
    }
}
