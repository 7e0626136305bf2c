using System.Net;
using System.Text;
using System.Text.Json;

namespace Api.Tests.Gateway;

/// <summary>A caller of a deployed stack.</summary>
internal static class GatewayCaller
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public static async Task<string> GetTokenAsync(Stack stack)
    {
        using var response = await PostTokenAsync(stack, "admin", stack.FirstClientSecret);
        Assert.True(response.StatusCode is HttpStatusCode.OK, await response.Content.ReadAsStringAsync());

        return await ReadAsync(response, "access_token");
    }

    public static Task<HttpResponseMessage> PostTokenAsync(Stack stack, string clientId, string secret) => SendAsync(
        stack,
        HttpMethod.Post,
        "/oauth2/token",
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")),
        new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" }));

    /// <summary>Requests a token for the client <c>orders</c> from one instance, without the gateway, and returns the status.</summary>
    public static async Task<int> PostTokenAsync(LambdaFunction instance, string secret) =>
        (await instance.SendAsync(GatewayRequest.Post(
            "/oauth2/token",
            "application/x-www-form-urlencoded",
            $"grant_type=client_credentials&client_id=orders&client_secret={secret}"))).Status;

    public static Task<HttpResponseMessage> GetAsync(Stack stack, string path, string? token) =>
        SendAsync(stack, HttpMethod.Get, path, token is null ? null : $"Bearer {token}");

    public static async Task<HttpResponseMessage> SendAsync(
        Stack stack, HttpMethod method, string path, string? authorization, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(stack.Api.Address + path)) { Content = content };

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await Http.SendAsync(request);
    }

    public static async Task<string> ReadAsync(HttpResponseMessage response, string member) =>
        (await ReadAsync(response)).GetProperty(member).GetString()!;

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
}
