using System.Net;
using Api.Clients;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>A client with <c>require_consent</c> gets only what the user saw and allowed.</summary>
public sealed class ConsentTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Consent_is_asked_once_for_the_same_scopes()
    {
        var query = Request(("client_id", "asking"), ("scope", "openid USER"));
        using var silent = await _app.AuthorizeAsync(("client_id", "asking"), ("prompt", "none"));
        using var page = await _app.BrowseAsync($"/oauth2/authorize?{Encode(query)}", _app.Cookie);

        var form = await _app.GetConsentFormAsync(("client_id", "asking"), ("scope", "openid USER"));
        using var denied = await _app.DecideAsync(form, "deny");
        using var again = await _app.BrowseAsync($"/oauth2/authorize?{Encode(query)}", _app.Cookie);
        using var allowed = await _app.DecideAsync(form);
        using var next = await _app.BrowseAsync($"/oauth2/authorize?{Encode(query)}", _app.Cookie);
        using var more = await _app.AuthorizeAsync(("client_id", "asking"), ("scope", "openid USER email"));

        Assert.Equal("consent_required", ReadAnswer(silent)["error"]);
        Assert.Equal(("access_denied", "s1"), (ReadAnswer(denied)["error"], ReadAnswer(denied)["state"]));
        Assert.Contains("code", ReadAnswer(allowed).Keys);
        Assert.Contains("code", ReadAnswer(next).Keys);
        Assert.All([page, again, more], one => Assert.True(IsPage(one)));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("none")]
    [InlineData(null)]
    public async Task Consent_from_another_site_is_refused(string? site)
    {
        var form = (await _app.GetConsentFormAsync(("client_id", "asking"))).Append(new("decision", "allow"));

        using var response = await _app.PostAsync("/oauth2/authorize", form, _app.Cookie, site);
        using var query = await _app.BrowseAsync($"/oauth2/authorize?{Encode(form)}", _app.Cookie);

        Assert.Equal((HttpStatusCode.Forbidden, null), (response.StatusCode, response.Headers.Location));
        Assert.True(IsPage(query));
    }

    [Fact]
    public async Task Client_can_ask_for_consent()
    {
        using var page = await _app.AuthorizeAsync(("prompt", "consent"));
        using var allowed = await _app.DecideAsync(await _app.GetConsentFormAsync(("prompt", "consent")));

        Assert.Contains("name=\"decision\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("code", ReadAnswer(allowed).Keys);
    }

    [Fact]
    public async Task Consent_can_be_withdrawn_on_the_account_page()
    {
        using var allowed = await _app.DecideAsync(await _app.GetConsentFormAsync(("client_id", "asking")));
        using var before = await _app.BrowseAsync("/account", _app.Cookie);

        using var foreign = await _app.PostAsync("/account/apps/remove", [new("client_id", "asking")], _app.Cookie, "cross-site");
        using var silent = await _app.AuthorizeAsync(("client_id", "asking"), ("prompt", "none"));
        using var removed = await _app.PostAsync("/account/apps/remove", [new("client_id", "asking")], _app.Cookie);
        using var again = await _app.PostAsync("/account/apps/remove", [new("client_id", "asking")], _app.Cookie);
        using var after = await _app.BrowseAsync("/account", _app.Cookie);
        using var refused = await _app.AuthorizeAsync(("client_id", "asking"), ("prompt", "none"));

        Assert.Contains("name=\"client_id\" value=\"asking\"", await before.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Contains("code=", silent.Headers.Location!.Query, StringComparison.Ordinal);
        Assert.Equal(["/account", "/account"], [removed.Headers.Location!.OriginalString, again.Headers.Location!.OriginalString]);
        Assert.DoesNotContain("asking", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("error=consent_required", refused.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scope", "openid USER email")]
    [InlineData("redirect_uri", "http://127.0.0.1/callback")]
    [InlineData("state", "s2")]
    [InlineData("code_challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("client_id", "asking2")]
    [InlineData("shown_consent", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("shown_consent", "")]
    public async Task Answer_to_another_page_asks_again(string name, string value)
    {
        await _app.Api.AddClientAsync("asking2", "USER", client => SignsIn(client) with { RequireConsent = true });
        var form = await _app.GetConsentFormAsync(("client_id", "asking"), ("scope", "openid USER"));
        form[name] = value;

        using var changed = await _app.DecideAsync(form);

        Assert.True(IsPage(changed));
    }

    [Fact]
    public async Task Answer_of_another_session_or_for_more_scopes_asks_again()
    {
        var form = await _app.GetConsentFormAsync(("client_id", "asking"), ("scope", null));
        var (_, other) = await _app.SignInAsync(await _app.AddUserAsync("bob", "USER"));
        var store = _app.Api.Services.GetRequiredService<ClientStore>();
        var before = (await store.FindAsync("asking", default))!;

        using var ofOther = await _app.PostAsync("/oauth2/authorize", form.Append(new("decision", "allow")), other);
        await _app.Api.Services.GetRequiredService<UserStore>().ChangeAsync(
            _app.Ann, _app.Ann with { Scopes = ["USER", "ADMIN"], Version = Document.NewVersion() }, default);
        await store.ChangeAsync(before, before with { Scopes = ["USER", "ADMIN"], Version = Document.NewVersion() }, default);
        _app.Api.Time.Now += TimeSpan.FromMinutes(2);
        using var forMore = await _app.DecideAsync(form);

        Assert.All([ofOther, forMore], one => Assert.True(IsPage(one)));
    }

    [Fact]
    public async Task Consent_does_not_apply_to_a_later_client_with_the_same_id()
    {
        var store = _app.Api.Services.GetRequiredService<ClientStore>();
        using var allowed = await _app.DecideAsync(await _app.GetConsentFormAsync(("client_id", "asking")));
        Assert.True(await store.ChangeAsync((await store.FindAsync("asking", default))!, null, default));
        _app.Api.Time.Now += TimeSpan.FromMinutes(2);
        await _app.Api.AddClientAsync("asking", "USER", client => SignsIn(client) with { RequireConsent = true });

        using var later = await _app.AuthorizeAsync(("client_id", "asking"));

        Assert.Contains("code", ReadAnswer(allowed).Keys);
        Assert.True(IsPage(later));
    }
}
