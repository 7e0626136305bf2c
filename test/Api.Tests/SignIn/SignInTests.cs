using System.Net;
using System.Text.Json.Nodes;
using Api.Tests.Support;

namespace Api.Tests.SignIn;

/// <summary>A passkey signs its user in (Web Authentication Level 3 §7.2), and nothing else does.</summary>
public sealed class SignInTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Passkey_signs_in_with_a_new_session_and_is_marked_as_used()
    {
        var (user, first, authenticator) = await _api.EnrollAsync("ada");
        _api.Time.Now += TimeSpan.FromHours(1);
        var second = new Browser(_api);

        Assert.Equal(HttpStatusCode.NoContent, await second.SignInAsync(authenticator));

        Assert.True(await second.IsSignedInAsync());
        Assert.NotEqual(first.Cookies["__Host-session"], second.Cookies["__Host-session"]);
        Assert.Equal(_api.Time.Now, Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default)).LastUsed);
        Assert.Contains(_api.Logs.Lines, line => line.Contains($"'{user.Sub}' signed in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_tell_nothing_about_users_and_bind_the_browser()
    {
        await _api.EnrollAsync("ada");
        var browser = new Browser(_api);

        var begun = await browser.BeginAsync("/sign-in/options");

        var options = begun.GetProperty("options");
        Assert.Equal("issuer.example", options.GetProperty("rpId").GetString());
        Assert.Equal("required", options.GetProperty("userVerification").GetString());
        Assert.Empty(options.GetProperty("allowCredentials").EnumerateArray());
        var cookie = Assert.Single(browser.LastCookies);
        Assert.Matches("^__Host-ceremony=[A-Za-z0-9_-]{43}; max-age=300; path=/; secure; samesite=strict; httponly$", cookie);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("cross-origin")]
    [InlineData("top origin")]
    [InlineData("rp id")]
    [InlineData("verification")]
    [InlineData("backup")]
    [InlineData("other user")]
    [InlineData("unknown passkey")]
    [InlineData("unknown user")]
    [InlineData("other key")]
    [InlineData("disabled")]
    [InlineData("removed")]
    public async Task All_failures_answer_the_same(string fault)
    {
        var (user, _, authenticator) = await _api.EnrollAsync("ada");
        var (other, _, _) = await _api.EnrollAsync("eve");
        var id = authenticator.CredentialId;
        var wrong = fault switch
        {
            "origin" => authenticator.With(origin: "https://attacker.example"),
            "cross-origin" => authenticator.With(crossOrigin: true),
            "top origin" => authenticator.With(topOrigin: "https://attacker.example"),
            "rp id" => authenticator.With(rpId: "attacker.example"),
            "verification" => authenticator.With(flags: 0),
            "backup" => authenticator.With(flags: 0x0C),
            "other user" => authenticator.With(userHandle: other.Sub),
            "unknown passkey" => new(ApiFactory.Issuer) { UserHandle = user.Sub },
            "unknown user" => authenticator.With(userHandle: "usr_aaaaaaaaaaaaaaaaaaaa"),
            "other key" => new(ApiFactory.Issuer) { CredentialId = id, UserHandle = user.Sub },
            _ => authenticator,
        };

        if (fault is "disabled")
        {
            await _api.DisableAsync(user);
        }
        else if (fault is "removed")
        {
            Assert.True(await _api.UsersOf().RemoveAsync(user, default));
        }

        var browser = new Browser(_api);
        var begun = await browser.BeginAsync("/sign-in/options");
        using var response = await browser.PostJsonAsync("/sign-in", Browser.Answer(begun, wrong.Get(begun.GetProperty("options"))));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(
            "This passkey was not accepted, or you took longer than five minutes. Try again.",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        Assert.Empty(browser.LastCookies);
        Assert.Contains(_api.Logs.Lines, line => line.Contains("Passkey refused", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(5, 6, true)]
    [InlineData(5, 5, false)]
    [InlineData(5, 4, false)]
    [InlineData(5, 0, false)]
    [InlineData(0, 0, true)]
    [InlineData(0, 1, true)]
    public async Task Signature_counter_must_increase(uint before, uint after, bool accepted)
    {
        var (_, _, authenticator) = await _api.EnrollAsync("ada", new(ApiFactory.Issuer) { Counter = before });
        authenticator.Counter = after;

        var status = await new Browser(_api).SignInAsync(authenticator);

        Assert.Equal(accepted ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, status);
        Assert.Equal(!accepted, _api.Logs.Lines.Any(line =>
            line.Contains("Passkey refused", StringComparison.Ordinal) && line.Contains("counter", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData(299, HttpStatusCode.NoContent)]
    [InlineData(300, HttpStatusCode.Forbidden)]
    public async Task Ceremony_lasts_five_minutes(int seconds, HttpStatusCode status)
    {
        var (_, _, authenticator) = await _api.EnrollAsync("ada");
        var browser = new Browser(_api);
        var begun = await browser.BeginAsync("/sign-in/options");
        _api.Time.Now += TimeSpan.FromSeconds(seconds);

        Assert.Equal(status, await browser.AnswerAsync("/sign-in", begun, authenticator.Get(begun.GetProperty("options"))));
    }

    [Fact]
    public async Task Ceremony_is_used_up_by_a_wrong_answer_too()
    {
        var (_, _, authenticator) = await _api.EnrollAsync("ada");
        var browser = new Browser(_api);
        var begun = await browser.BeginAsync("/sign-in/options");
        var options = begun.GetProperty("options");

        var wrong = await browser.AnswerAsync("/sign-in", begun, authenticator.With(origin: "https://attacker.example").Get(options));
        var right = await browser.AnswerAsync("/sign-in", begun, authenticator.Get(options));

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], [wrong, right]);
    }

    [Fact]
    public async Task Of_many_answers_to_one_ceremony_one_signs_in()
    {
        var (_, _, authenticator) = await _api.EnrollAsync("ada");
        var browser = new Browser(_api);
        var begun = await browser.BeginAsync("/sign-in/options");
        var credential = authenticator.Get(begun.GetProperty("options"));
        var cookies = browser.Cookies.ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
        {
            var copy = new Browser(_api);
            Array.ForEach(cookies, cookie => copy.Cookies.Add(cookie.Key, cookie.Value));

            return copy.AnswerAsync("/sign-in", begun, credential);
        })));

        Assert.Single(answers, HttpStatusCode.NoContent);
    }

    // Login CSRF: an attacker sends the answer of their own passkey from the browser of another person.
    [Fact]
    public async Task Ceremony_of_another_browser_signs_nobody_in()
    {
        var (_, _, ofAttacker) = await _api.EnrollAsync("eve");
        var (attacker, victim) = (new Browser(_api), new Browser(_api));
        var begun = await attacker.BeginAsync("/sign-in/options");
        await victim.BeginAsync("/sign-in/options");

        Assert.Equal(HttpStatusCode.Forbidden, await victim.AnswerAsync("/sign-in", begun, ofAttacker.Get(begun.GetProperty("options"))));
        Assert.False(await victim.IsSignedInAsync());
    }

    [Fact]
    public async Task Two_windows_of_a_browser_do_not_disturb_each_other()
    {
        var (_, _, authenticator) = await _api.EnrollAsync("ada");
        var browser = new Browser(_api);
        var first = await browser.BeginAsync("/sign-in/options");
        await browser.BeginAsync("/sign-in/options");

        Assert.Equal(HttpStatusCode.NoContent, await browser.AnswerAsync("/sign-in", first, authenticator.Get(first.GetProperty("options"))));
    }

    [Theory]
    [InlineData("https://attacker.example", "cross-site")]
    [InlineData("https://attacker.example", "same-origin")]
    [InlineData("https://other.issuer.example", "same-site")]
    [InlineData(null, null)]
    public async Task Other_origin_is_refused(string? origin, string? site)
    {
        var browser = new Browser(_api) { Origin = origin, FetchSite = site };

        foreach (var path in (string[])["/sign-in/options", "/sign-in", "/account/passkeys", "/account/sessions/end", "/account/sessions/end-all"])
        {
            using var response = await browser.PostJsonAsync(path, new JsonObject());
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("""{"ceremony":1,"credential":{}}""", "application/json")]
    [InlineData("""{"ceremony":"a","credential":{},"ceremony":"b"}""", "application/json")]
    [InlineData("""{"ceremony":"\ud800","credential":{}}""", "application/json")]
    [InlineData("""{"ceremony":"a","credential":{}}""", "text/plain")]
    [InlineData("""{"ceremony":"a","credential":{}}""", null)]
    public async Task Damaged_answer_is_refused(string body, string? type)
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = type is null ? null : new(type);

        using var response = await _api.SendAsync(HttpMethod.Post, "/sign-in", content, ("Sec-Fetch-Site", "same-origin"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }
}
