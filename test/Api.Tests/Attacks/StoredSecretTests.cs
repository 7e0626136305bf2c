using System.Text;
using Api.Foundation;
using Api.Tests.SignIn;
using Api.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace Api.Tests.Attacks;

/// <summary>What a person or a client presents cannot be read from the data store, nor from the log.</summary>
public sealed class StoredSecretTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Store_and_log_have_nothing_that_is_presented()
    {
        var (user, browser, _) = await _app.Api.EnrollAsync("ada");
        var link = await _app.Api.LinkAsync(user);
        using var page = await browser.GetAsync($"/enroll/{link}");
        var ceremony = (await browser.BeginAsync("/sign-in/options")).GetProperty("ceremony").GetString()!;
        using var asks = await _app.AuthorizeAsync(("prompt", "login"));
        var back = QueryHelpers.ParseQuery(asks.Headers.Location!.OriginalString["/sign-in".Length..])["return_to"].ToString();
        Dictionary<string, string> values = new()
        {
            ["link"] = link.Split('.')[1],
            ["session"] = browser.Cookies["__Host-session"].Split('.')[1],
            ["browser"] = browser.Cookies["__Host-ceremony"],
            ["ceremony"] = ceremony,
            ["demand"] = QueryHelpers.ParseQuery(back)["sign_in_demand"].ToString(),
            ["code"] = await _app.GetCodeAsync(),
            ["refresh token"] = (await _app.StayAsync()).RefreshToken.Split('.')[2],
        };

        // The database and its journal.
        var stored = string.Concat(Directory.GetFiles(_app.Api.DataDirectory, "data.db*").Select(Read));

        Assert.Contains(user.Sub, stored, StringComparison.Ordinal);
        Assert.All(values, value =>
        {
            Assert.Equal((value.Key, OpaqueToken.Length), (value.Key, value.Value.Length));
            Assert.DoesNotContain(value.Value, stored, StringComparison.Ordinal);
            Assert.DoesNotContain(_app.Api.Logs.Lines, line => line.Contains(value.Value, StringComparison.Ordinal));
        });
    }

    // The program has the files open.
    private static string Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.Latin1);

        return reader.ReadToEnd();
    }
}
