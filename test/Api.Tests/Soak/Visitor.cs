using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Soak;

/// <summary>The browser of a person with a passkey. Each request goes to an instance that it names, and can fail.</summary>
internal sealed class Visitor : IDisposable
{
    private static readonly HttpClient Http =
        new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) };

    private readonly Authenticator _passkey = new(ApiFactory.Issuer);
    private readonly SemaphoreSlim _turn = new(1);
    private string? _cookie;

    public void Dispose() => _turn.Dispose();

    /// <summary>The status of an answer, and 0 for one that was lost.</summary>
    private static async Task<(int Status, JsonElement Body)> SendAsync(HttpRequestMessage request, Action<HttpResponseMessage>? read = null)
    {
        try
        {
            using (request)
            {
                using var response = await Http.SendAsync(request);
                var body = await response.Content.ReadAsByteArrayAsync();
                read?.Invoke(response);

                return ((int)response.StatusCode, body is [(byte)'{', ..] ? JsonSerializer.Deserialize<JsonElement>(body) : default);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return default;
        }
    }

    public static Task<(int Status, JsonElement Body)> PostAsync(Instance instance, string path, params (string Name, string Value)[] form) =>
        SendAsync(new(HttpMethod.Post, instance.Address + path)
        {
            Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        });

    public static Task<(int Status, JsonElement Body)> GetAsync(Instance instance, string path, string accessToken) =>
        SendAsync(new(HttpMethod.Get, instance.Address + path) { Headers = { Authorization = new("Bearer", accessToken) } });

    /// <summary>Makes the passkey with a one-time link.</summary>
    public Task<bool> EnrollAsync(Instance instance, string link) =>
        InTurnAsync(() => MeetAsync(instance, new Uri(link).AbsolutePath, _passkey.Create));

    /// <summary>Signs in with the passkey, also if the browser is signed in.</summary>
    public Task<bool> SignInAsync(Instance instance) => InTurnAsync(() => MeetAsync(instance, "/sign-in", _passkey.Get));

    /// <summary>Signs out. Returns whether the server has answered that.</summary>
    public Task<bool> SignOutAsync(Instance instance) =>
        InTurnAsync(async () => (await BrowseAsync(instance, HttpMethod.Post, "/account/sessions/end")).Status is 200);

    /// <summary>Signs in to the client <c>app</c> without a new use of the passkey, and returns the tokens.</summary>
    public async Task<JsonElement?> SignInToAppAsync(Instance instance)
    {
        var (_, location, _) = await BrowseAsync(instance, HttpMethod.Get, $"/oauth2/authorize?{Encode(Request())}");

        if (location?.StartsWith(Redirect, StringComparison.Ordinal) is not true
            || !QueryHelpers.ParseQuery(location[Redirect.Length..]).TryGetValue("code", out var code))
        {
            return null;
        }

        var (status, tokens) = await PostAsync(
            instance, "/oauth2/token", ("grant_type", "authorization_code"), ("client_id", "app"), ("code", code!),
            ("redirect_uri", Redirect), ("code_verifier", Verifier));

        return status is 200 ? tokens : null;
    }

    private async Task<bool> MeetAsync(Instance instance, string path, Func<JsonElement, JsonObject> answer)
    {
        var (status, _, begun) = await BrowseAsync(instance, HttpMethod.Post, $"{path}/options", []);

        return status is 200
            && await BrowseAsync(
                instance, HttpMethod.Post, path, SignIn.Browser.Answer(begun, answer(begun.GetProperty("options")))) is (204, _, _);
    }

    // A person does one thing after the other in the browser.
    private async Task<bool> InTurnAsync(Func<Task<bool>> step)
    {
        await _turn.WaitAsync();

        try
        {
            return await step();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<(int Status, string? Location, JsonElement Body)> BrowseAsync(
        Instance instance, HttpMethod method, string path, JsonObject? body = null)
    {
        var request = new HttpRequestMessage(method, instance.Address + path)
        {
            Content = body is not null ? JsonContent.Create(body) : method == HttpMethod.Post ? new FormUrlEncodedContent([]) : null,
            Headers = { { "Origin", ApiFactory.Issuer } },
        };

        if (_cookie is not null)
        {
            request.Headers.Add("Cookie", _cookie);
        }

        string? location = null;
        var (status, json) = await SendAsync(request, response =>
        {
            location = response.Headers.Location?.OriginalString;
            _cookie = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0] : _cookie;
        });

        return (status, location, json);
    }
}
