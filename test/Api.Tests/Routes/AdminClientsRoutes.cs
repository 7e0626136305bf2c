using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

/// <summary>The routes below /admin/clients, in an app for each test, called with an administrator's token.</summary>
public abstract class AdminClientsRoutes : IAsyncLifetime, IDisposable
{
    protected const string Orders = """{"client_id":"orders","client_name":"Orders","scope":"USER"}""";

    protected ApiFactory Api { get; } = new();

    protected string Token { get; set; } = "";

    public async Task InitializeAsync() => Token = await Api.GetTokenAsync("ADMIN");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Api.Dispose();

    protected Task WriteAsync(string clientId, string document) =>
        RawSqlite.WriteClientAsync(Api.Services.GetRequiredService<SqliteDatabase>().Path, clientId, document);

    protected async Task<string> RegisterAsync(string body)
    {
        var (response, client) = await SendAsync(HttpMethod.Post, "", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);

        return client.GetProperty("client_secret").GetString()!;
    }

    protected async Task<string> StatusesAsync(params string[] secrets)
    {
        var statuses = new List<int>();

        foreach (var secret in secrets)
        {
            using var response = await Api.PostTokenAsync("orders", secret);
            statuses.Add((int)response.StatusCode);
        }

        return string.Join(' ', statuses);
    }

    protected async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        HttpMethod method, string path, string? body = null, string contentType = "application/json", string? ifMatch = null)
    {
        var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body))
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) },
        };
        (string, string)[] headers = [("Authorization", $"Bearer {Token}"), .. ifMatch is null ? [] : new[] { ("If-Match", ifMatch) }];
        var response = await Api.SendAsync(method, $"/admin/clients{path}", content, headers);

        return (response, await BodyAsync(response));
    }

    protected static async Task<JsonElement> BodyAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();

        return text is "" ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
