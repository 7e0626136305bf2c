using System.Text.Json;
using Api.Configuration;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.SignIn;

/// <summary>The pages in Chromium with a virtual authenticator (Web Authentication Level 3 §11), and what axe-core finds on them.</summary>
public sealed class PasskeysInBrowserTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Browser)]
    public async Task Whole_way_of_a_person_works_in_a_browser()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"], "--DisplayName", "Northwind");
        var link = await InviteAsync();

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "passkeys.mjs", ExternalTools.Chromium!, api.Address, $"{api.Address}/enroll/{link}", Screenshots()));

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

    internal static string Screenshots() => Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "pages")).FullName;

    // As the command line does in another process.
    private async Task<string> InviteAsync()
    {
        using var database = new SqliteDatabase(new AuthorizationServerOptions { DataDirectory = _folder["data"] });
        var documents = new SqliteDocumentStore(database, TimeProvider.System);
        var user = new User
        {
            Sub = User.NewSub(),
            UserName = "ada",
            Name = "Ada Lovelace",
            Scopes = ["USER"],
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        Assert.True(await new UserStore(documents).AddAsync(user, default));

        return await new EnrollmentLinks(documents, TimeProvider.System).CreateAsync(user.Sub, default);
    }
}
