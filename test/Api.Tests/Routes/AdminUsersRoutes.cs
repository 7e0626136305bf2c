using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

/// <summary>The routes below /admin/users, in an app for each test, called with an administrator's token.</summary>
public abstract class AdminUsersRoutes : IAsyncLifetime, IDisposable
{
    protected const string Ada = """{"preferred_username":"ada","name":"Ada Lovelace","email":"ada@example.com","scope":"USER"}""";

    protected ApiFactory Api { get; } = new();

    protected string Token { get; set; } = "";

    internal UserStore Users => Api.Services.GetRequiredService<UserStore>();

    public async Task InitializeAsync() => Token = await Api.GetTokenAsync("ADMIN");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Api.Dispose();

    protected async Task<JsonElement> RegisterAsync(string body = Ada)
    {
        var (response, user) = await SendAsync(HttpMethod.Post, "", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);

        return user;
    }

    protected async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(
        HttpMethod method, string path, string? body = null, string contentType = "application/json", string? ifMatch = null)
    {
        var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body))
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) },
        };
        (string, string)[] headers = [("Authorization", $"Bearer {Token}"), .. ifMatch is null ? [] : new[] { ("If-Match", ifMatch) }];
        var response = await Api.SendAsync(method, $"/admin/users{path}", content, headers);
        var text = await response.Content.ReadAsStringAsync();

        return (response, text is "" ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }
}
