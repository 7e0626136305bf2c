using System.Net;
using System.Text.RegularExpressions;
using Api.Tests.Support;
using Duende.IdentityModel.OidcClient;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>Clients of .NET sign a person in: the handler of ASP.NET Core, with form_post, and the library for native apps.</summary>
public sealed partial class DotNetClientTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new(new ApiFactory { Time = new(DateTimeOffset.UtcNow) });

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Handler_of_ASP_NET_Core_signs_a_person_in()
    {
        var secret = await _app.Api.AddClientAsync(
            "web-site", "USER", client => SignsIn(client) with
            {
                AuthenticationMethod = null,
                RedirectUris = ["https://site.example/signin-oidc"],
                PostLogoutRedirectUris = ["https://site.example/signout-callback-oidc"],
            });
        await using var site = await StartSiteAsync(secret);
        var browser = site.GetTestClient();
        browser.BaseAddress = new("https://site.example");

        using var challenge = await browser.GetAsync(new Uri("/", UriKind.Relative));
        using var page = await _app.BrowseAsync(challenge.Headers.Location!.PathAndQuery, _app.Cookie);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("action=\"https://site.example/signin-oidc\"", html, StringComparison.Ordinal);
        using var callback = new HttpRequestMessage(HttpMethod.Post, "/signin-oidc")
        {
            Content = new FormUrlEncodedContent(Inputs().Matches(html).Select(input => KeyValuePair.Create(
                WebUtility.HtmlDecode(input.Groups[1].Value), WebUtility.HtmlDecode(input.Groups[2].Value)))),
        };
        using var signedIn = await SendAsync(callback, challenge);
        Assert.True(signedIn.StatusCode is HttpStatusCode.Redirect, await signedIn.Content.ReadAsStringAsync());
        using var home = await SendAsync(new(HttpMethod.Get, "/"), signedIn);

        using var signOut = await SendAsync(new(HttpMethod.Get, "/out"), signedIn);
        using var signedOut = await _app.BrowseAsync(signOut.Headers.Location!.PathAndQuery, _app.Cookie);

        Assert.Equal($"{_app.Ann.Sub} ann ann Example", await home.Content.ReadAsStringAsync());
        Assert.StartsWith(
            "https://site.example/signout-callback-oidc?state=", signedOut.Headers.Location!.OriginalString, StringComparison.Ordinal);

        Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpResponseMessage before)
        {
            request.Headers.Add("Cookie", before.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));

            return browser.SendAsync(request);
        }
    }

    [Fact]
    public async Task Library_for_native_apps_signs_a_person_in()
    {
        var client = new OidcClient(new()
        {
            Authority = ApiFactory.Issuer,
            ClientId = "app",
            RedirectUri = "http://127.0.0.1:51004/callback",
            Scope = "openid profile email USER",
            HttpClientFactory = _ => _app.Api.CreateClient(),
        });

        var start = await client.PrepareLoginAsync();
        Assert.False(start.IsError, start.Error);
        using var response = await _app.BrowseAsync(new Uri(start.StartUrl).PathAndQuery, _app.Cookie);
        var query = response.Headers.Location!.Query;
        var result = await client.ProcessResponseAsync(query, start);

        Assert.False(result.IsError, $"{result.Error} {result.ErrorDescription}");
        Assert.Equal(_app.Ann.Sub, result.User.FindFirst("sub")?.Value);
        Assert.Equal("ann@example.com", result.User.FindFirst("email")?.Value);
    }

    [Fact]
    public async Task Library_for_native_apps_stays_signed_in()
    {
        var client = new OidcClient(new()
        {
            Authority = ApiFactory.Issuer,
            ClientId = "staying",
            RedirectUri = "http://127.0.0.1:51004/callback",
            Scope = "openid offline_access USER",
            HttpClientFactory = _ => _app.Api.CreateClient(),
        });
        var start = await client.PrepareLoginAsync();
        using var response = await _app.BrowseAsync(new Uri(start.StartUrl).PathAndQuery, _app.Cookie);
        var first = await client.ProcessResponseAsync(response.Headers.Location!.Query, start);

        var second = await client.RefreshTokenAsync(first.RefreshToken);
        var third = await client.RefreshTokenAsync(second.RefreshToken);
        using var browser = _app.Api.CreateClient();
        using var form = new FormUrlEncodedContent([new("client_id", "staying"), new("token", third.RefreshToken)]);
        using var revoked = await browser.PostAsync(new Uri("/oauth2/revoke", UriKind.Relative), form);
        var refused = await client.RefreshTokenAsync(third.RefreshToken);

        Assert.False(third.IsError, $"{third.Error} {third.ErrorDescription}");
        Assert.Equal(3, new[] { first.RefreshToken, second.RefreshToken, third.RefreshToken }.Distinct().Count());
        Assert.Equal((HttpStatusCode.OK, "invalid_grant"), (revoked.StatusCode, refused.Error));
    }

    [Theory]
    [InlineData("ASP.NET Core", "web", "web-site")]
    [InlineData("Duende.IdentityModel.OidcClient", "tool", "app")]
    public void Documented_code_is_the_code_of_these_tests(string heading, string documentedClient, string client)
    {
        var code = File.ReadAllText(Path.Combine(Repository.Path, "test", "Api.Tests", "SignIn", "DotNetClientTests.cs"));
        var recipe = Recipe.Read(
            heading,
            "csharp",
            ("\"http://localhost:5000\"", "ApiFactory.Issuer"),
            ("\"SECRET\"", "secret"),
            ($"\"{documentedClient}\"", $"\"{client}\""));

        Assert.All(
            recipe.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith("//", StringComparison.Ordinal)),
            line => Assert.Contains(line, code, StringComparison.Ordinal));
    }

    private async Task<WebApplication> StartSiteAsync(string secret)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(options =>
        {
            options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
            options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
        }).AddCookie().AddOpenIdConnect(options =>
        {
            options.Authority = ApiFactory.Issuer;
            // false is for http://localhost only.
            options.RequireHttpsMetadata = false;
            options.ClientId = "web-site";
            options.ClientSecret = secret;
            options.ResponseType = "code";
            options.Scope.Add("USER");
            options.SaveTokens = true;
            options.Backchannel = _app.Api.CreateClient();
            options.MapInboundClaims = false;
            options.GetClaimsFromUserInfoEndpoint = true;
        });
        var site = builder.Build();
        site.UseAuthentication();
        site.UseAuthorization();
        site.MapGet("/", (System.Security.Claims.ClaimsPrincipal user) =>
            $"{user.FindFirst("sub")?.Value} {user.FindFirst("preferred_username")?.Value} {user.FindFirst("name")?.Value}").RequireAuthorization();
        site.MapGet("/out", () => Results.SignOut(authenticationSchemes: ["Cookies", "OpenIdConnect"]));
        await site.StartAsync();

        return site;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")]
    private static partial Regex Inputs();
}
