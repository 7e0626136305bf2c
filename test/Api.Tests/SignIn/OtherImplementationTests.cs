using Api.Tests.Support;

namespace Api.Tests.SignIn;

/// <summary>Libraries that are not .NET sign a person in: test/clients says how.</summary>
public sealed class OtherImplementationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Node)]
    public async Task Libraries_sign_a_person_in()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);
        // The person and the clients, written by a second instance on the same data.
        using var app = new SignInApp(new ApiFactory { Time = new(DateTimeOffset.UtcNow) }
            .Set("Issuer", api.Address).Set("DataDirectory", _folder["data"]));
        var secret = await app.AddClientsAsync(client => client with
        {
            RedirectUris = ["http://127.0.0.1/callback", "http://127.0.0.1/auth/callback/issuer"],
            PostLogoutRedirectUris = ["http://127.0.0.1/bye"],
        });
        var (_, cookie) = await app.SignInAsync(await app.AddUserAsync("ann", "USER"));

        var (exitCode, output, error) = await ExternalTools.RunAsync(
            ExternalTools.Clients, "node", "sign-in.mjs", api.Address, cookie, secret);

        Assert.True(exitCode is 0, output + error);
        Assert.EndsWith(" passed, 0 failed", output.TrimEnd(), StringComparison.Ordinal);
    }
}
