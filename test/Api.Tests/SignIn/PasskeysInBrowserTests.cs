using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.SignIn;

/// <summary>The pages in Chromium with a virtual authenticator (Web Authentication Level 3 §11), and what axe-core finds on them.</summary>
public sealed class PasskeysInBrowserTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Browser)]
    public async Task Pages_work_in_a_browser()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"], "--DisplayName", "Northwind");

        await AssertPagesAsync(api.Address, await WholeWay.InviteAsync(api.Address, "ada", ("DataDirectory", _folder["data"])));
    }

    [FactWith(Tool.Browser)]
    public async Task Whole_way_of_a_person_and_an_app_works_in_a_browser()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);

        await WholeWay.AssertAsync(api.Address, ("DataDirectory", _folder["data"]));
    }

    /// <summary>Visits each page of the person of a one-time link.</summary>
    internal static async Task AssertPagesAsync(string issuer, string link)
    {
        var shown = JsonSerializer.Deserialize<JsonElement>(
            await ExternalTools.RunNodeAsync("passkeys.mjs", ExternalTools.Chromium!, issuer, link, WholeWay.Screenshots));

        Assert.Equal(
            [
                "enrolled: /account",
                "This link does not work: /enroll/…",
                "same device: /account",
                "passkeys 2: /account",
                "renamed: /account",
                "passkeys 1: /account",
                "You are signed out: /account/sessions/end",
                "account without session: /sign-in",
                "other origin: /sign-in",
                "removed passkey: /sign-in",
                "signed in: /account",
                "You are signed out: /account/sessions/end-all",
            ],
            shown.GetProperty("steps").EnumerateArray().Select(step => step.GetString()));
        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
        Assert.Empty(shown.GetProperty("violations").EnumerateArray());
    }
}
