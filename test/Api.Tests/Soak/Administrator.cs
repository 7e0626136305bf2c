using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Api.Tests.Soak;

/// <summary>The first client of the deployment, which manages the other clients and the users over HTTP.</summary>
internal sealed class Administrator(Instance instance, string secret, Figures figures)
{
    private static readonly HttpClient Http = new();

    public string Token { get; private set; } = "";

    public async Task GetTokenAsync()
    {
        using var form = Load.Form(("client_id", "admin"), ("client_secret", secret));
        using var response = await Http.PostAsync(new Uri($"{instance.Address}/oauth2/token"), form);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Token = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    /// <summary>Registers a client.</summary>
    public async Task<JsonElement> RegisterAsync(JsonObject client) =>
        await TrySendAsync(HttpMethod.Post, "/admin/clients", client) ?? throw new InvalidOperationException("The client cannot be registered.");

    /// <summary>Sends a request and returns the status.</summary>
    public async Task<int> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var response = await RequestAsync(method, path, body);

        return (int)response.StatusCode;
    }

    /// <summary>Sends a request and returns the JSON of the response, or null if there is none or the request failed.</summary>
    public async Task<JsonElement?> TrySendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var response = await RequestAsync(method, path, body);

        return response.IsSuccessStatusCode && response.StatusCode is not HttpStatusCode.NoContent
            ? await response.Content.ReadFromJsonAsync<JsonElement>()
            : null;
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, instance.Address + path)
        {
            Content = body is null ? null : JsonContent.Create(body),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
        };
        var response = await Http.SendAsync(request);
        figures.Happened($"administration: {(int)response.StatusCode}");

        return response;
    }
}
