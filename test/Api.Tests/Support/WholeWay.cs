using System.Text.Json;

namespace Api.Tests.Support;

/// <summary>
/// The whole way of a person in Chromium and of two apps, from the one-time link to the sign-out. The user and the clients are made by the
/// command line, as the documentation says.
/// </summary>
internal static class WholeWay
{
    /// <summary>Where the browser tests leave their screenshots.</summary>
    public static string Screenshots => Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "pages")).FullName;

    /// <summary>Goes the whole way at a running server. The settings are those that the command line needs to find its data.</summary>
    public static async Task AssertAsync(string issuer, params (string Name, string Value)[] settings)
    {
        var link = await InviteAsync(issuer, "ada", settings);
        await AddClientAsync("spa", settings);
        await AddClientAsync("asking", settings, "--require-consent");

        var shown = JsonSerializer.Deserialize<JsonElement>(
            await ExternalTools.RunNodeAsync("whole-way.mjs", ExternalTools.Chromium!, issuer, link, Screenshots));

        Assert.Equal(
            [
                "enrolled: /account",
                "asked to sign in: /sign-in",
                "back: app/callback",
                "signed in: ada, openid profile USER ADMIN",
                "userinfo: Ada Lovelace",
                "/user/me 200, /admin/users 200, with the ID token 401, without 401",
                "the code a second time: invalid_grant",
                "consent: Allow asking?",
                "allowed: openid USER",
                "account: ada, 1 session",
                "signed out: app/bye, ?state=out",
                "account without a session: /sign-in",
                "silent request: login_required",
            ],
            shown.GetProperty("steps").EnumerateArray().Select(step => step.GetString()));
        Assert.Empty(shown.GetProperty("problems").EnumerateArray());
    }

    /// <summary>Registers a user with all scopes, and returns the one-time link.</summary>
    public static async Task<string> InviteAsync(string issuer, string userName, params (string Name, string Value)[] settings)
    {
        var added = await DoAsync(
            settings, "users", "add", userName, "--name", "Ada Lovelace", "--scope", "USER", "ADMIN", "--Issuer", issuer);

        return added.Output.Split('\n').Select(line => line.Trim())
            .Single(line => line.StartsWith($"{issuer}/enroll/", StringComparison.Ordinal));
    }

    private static Task<Command> AddClientAsync(string id, (string, string)[] settings, params string[] more) => DoAsync(
        settings,
        [
            "clients", "add", "--id", id, "--name", id, "--scope", "USER", "ADMIN", "--auth-method", "none", "--grant-type", "authorization_code",
            "--redirect-uri", "http://127.0.0.1/callback", "--post-logout-redirect-uri", "http://127.0.0.1/bye", .. more,
        ]);

    private static async Task<Command> DoAsync((string, string)[] settings, params string[] arguments)
    {
        var command = await Command.RunAsync(settings, arguments);
        Assert.True(command.ExitCode is 0, command.Error);

        return command;
    }
}
