using System.Net;
using System.Text.Json;
using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.SignIn;

/// <summary>A one-time link makes one passkey (Web Authentication Level 3 §7.1).</summary>
public sealed class EnrollTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Link_makes_a_passkey_and_signs_in()
    {
        var user = await _api.AddUserAsync("ada", "Ada Lovelace");
        var link = await _api.LinkAsync(user);
        var browser = new Browser(_api);

        using var page = await browser.GetAsync($"/enroll/{link}");
        var status = await browser.EnrollAsync(link, new(ApiFactory.Issuer) { Flags = 0x1C, Transports = ["hybrid", "telepathy"] });

        Assert.Contains("Welcome, Ada Lovelace", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.True(await browser.IsSignedInAsync());
        var passkey = Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
        Assert.Equal("Chrome on Linux", passkey.Name);
        Assert.Equal("hybrid", Assert.Single(passkey.Transports));
        Assert.Contains(
            _api.Logs.Lines, line => line.Contains($"added of a passkey of '{user.Sub}': 'Chrome on Linux'", StringComparison.Ordinal));
        Assert.True(passkey is { IsBackedUp: true, IsBackupEligible: true, LastUsed: null });
    }

    [Fact]
    public async Task Options_ask_for_a_discoverable_verified_passkey_of_the_issuer()
    {
        var user = await _api.AddUserAsync("ada");

        var begun = await new Browser(_api).BeginAsync($"/enroll/{await _api.LinkAsync(user)}/options");

        var options = begun.GetProperty("options");
        Assert.Equal("issuer.example", options.GetProperty("rp").GetProperty("id").GetString());
        Assert.Equal("ada", options.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("required", options.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString());
        Assert.Equal("required", options.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString());
        Assert.Equal("none", options.GetProperty("attestation").GetString());
    }

    [Fact]
    public async Task Link_works_once()
    {
        var user = await _api.AddUserAsync("ada");
        var link = await _api.LinkAsync(user);
        var (first, second) = (new Browser(_api), new Browser(_api));
        var begun = await second.BeginAsync($"/enroll/{link}/options");

        Assert.Equal(HttpStatusCode.NoContent, await first.EnrollAsync(link, new(ApiFactory.Issuer)));
        var late = await second.AnswerAsync($"/enroll/{link}", begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));
        using var page = await second.GetAsync($"/enroll/{link}");

        Assert.Equal(HttpStatusCode.Forbidden, late);
        Assert.False(await second.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    [Fact]
    public async Task Of_many_answers_at_once_one_makes_a_passkey()
    {
        var user = await _api.AddUserAsync("ada");
        var link = await _api.LinkAsync(user);
        var ready = new List<Func<Task<HttpStatusCode>>>();

        for (var index = 0; index < 20; index++)
        {
            var browser = new Browser(_api);
            var begun = await browser.BeginAsync($"/enroll/{link}/options");
            var credential = new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options"));
            ready.Add(() => browser.AnswerAsync($"/enroll/{link}", begun, credential));
        }

        var answers = await Task.WhenAll(ready.Select(answer => Task.Run(answer)));

        Assert.Single(answers, HttpStatusCode.NoContent);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("cross-origin")]
    [InlineData("rp id")]
    [InlineData("verification")]
    [InlineData("backup")]
    [InlineData("algorithm")]
    [InlineData("type")]
    public async Task Wrong_answer_makes_no_passkey_and_leaves_the_link(string part)
    {
        var user = await _api.AddUserAsync("ada");
        var link = await _api.LinkAsync(user);
        var browser = new Browser(_api);
        var wrong = part switch
        {
            "origin" => new Authenticator(ApiFactory.Issuer) { Origin = "https://issuer.example.attacker.example" },
            "cross-origin" => new Authenticator(ApiFactory.Issuer) { CrossOrigin = true },
            "rp id" => new Authenticator(ApiFactory.Issuer) { RpId = "example" },
            "verification" => new Authenticator(ApiFactory.Issuer) { Flags = 0 },
            // Backed up, although it cannot be (Web Authentication Level 3 §6.1.3).
            "backup" => new Authenticator(ApiFactory.Issuer) { Flags = 0x14 },
            "algorithm" => new Authenticator(ApiFactory.Issuer) { Algorithm = -8 },
            _ => new Authenticator(ApiFactory.Issuer) { CreationType = "webauthn.get" },
        };

        Assert.Equal(HttpStatusCode.Forbidden, await browser.EnrollAsync(link, wrong));

        Assert.False(await browser.IsSignedInAsync());
        Assert.Empty(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
        Assert.Equal(HttpStatusCode.NoContent, await browser.EnrollAsync(link, new(ApiFactory.Issuer)));
    }

    [Fact]
    public async Task Ceremony_of_one_user_makes_no_passkey_for_another()
    {
        var (ada, eve) = (await _api.AddUserAsync("ada"), await _api.AddUserAsync("eve"));
        var (linkOfAda, linkOfEve) = (await _api.LinkAsync(ada), await _api.LinkAsync(eve));
        var browser = new Browser(_api);
        var begun = await browser.BeginAsync($"/enroll/{linkOfEve}/options");

        var status = await browser.AnswerAsync(
            $"/enroll/{linkOfAda}", begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Empty(await _api.UsersOf().ListPasskeysAsync(ada.Sub, default));
        Assert.Empty(await _api.UsersOf().ListPasskeysAsync(eve.Sub, default));
    }

    [Fact]
    public async Task Passkey_of_one_user_is_not_added_to_another()
    {
        var (ada, _, authenticator) = await _api.EnrollAsync("ada");
        var eve = await _api.AddUserAsync("eve");

        Assert.Equal(HttpStatusCode.Forbidden, await new Browser(_api).EnrollAsync(await _api.LinkAsync(eve), authenticator));

        Assert.Empty(await _api.UsersOf().ListPasskeysAsync(eve.Sub, default));
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(ada.Sub, default));
    }

    [Fact]
    public async Task Disabled_user_is_refused_at_each_step()
    {
        var user = await _api.AddUserAsync("ada");
        var link = await _api.LinkAsync(user);
        var browser = new Browser(_api);
        var begun = await browser.BeginAsync($"/enroll/{link}/options");
        await _api.DisableAsync(user);

        using var page = await browser.GetAsync($"/enroll/{link}");
        using var options = await browser.PostFormAsync($"/enroll/{link}/options");
        var answer = await browser.AnswerAsync($"/enroll/{link}", begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));

        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], [page.StatusCode, options.StatusCode, answer]);
        Assert.Empty(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    [Fact]
    public async Task User_has_a_limited_number_of_passkeys()
    {
        var user = await _api.AddUserAsync("ada");

        for (var index = 0; index < User.MaximumPasskeys; index++)
        {
            Assert.Equal(HttpStatusCode.NoContent, await new Browser(_api).EnrollAsync(await _api.LinkAsync(user), new(ApiFactory.Issuer)));
        }

        using var response = await new Browser(_api).PostFormAsync($"/enroll/{await _api.LinkAsync(user)}/options");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [Fact]
    public async Task Registrations_that_began_together_do_not_exceed_the_limit()
    {
        var (user, browser, _) = await _api.EnrollAsync("ada");

        for (var index = 2; index < User.MaximumPasskeys; index++)
        {
            await new Browser(_api).EnrollAsync(await _api.LinkAsync(user), new(ApiFactory.Issuer));
        }

        var (first, second) = (await browser.BeginAsync("/account/passkeys/options"), await browser.BeginAsync("/account/passkeys/options"));

        Assert.Equal(
            [HttpStatusCode.NoContent, HttpStatusCode.Conflict],
            [await CompleteAsync(first), await CompleteAsync(second)]);
        Assert.Equal(User.MaximumPasskeys, (await _api.UsersOf().ListPasskeysAsync(user.Sub, default)).Length);

        Task<HttpStatusCode> CompleteAsync(JsonElement begun) => browser.AnswerAsync(
            "/account/passkeys", begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));
    }
}
