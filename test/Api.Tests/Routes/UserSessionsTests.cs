using System.Net;
using Api.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

/// <summary>Browser sessions that an administrator lists and ends.</summary>
public sealed class UserSessionsTests : AdminUsersRoutes
{
    private SessionStore Sessions => Api.Services.GetRequiredService<SessionStore>();

    [Fact]
    public async Task Session_is_listed_without_its_secret_and_ended()
    {
        var sub = (await RegisterAsync()).GetProperty("sub").GetString()!;
        var (session, value) = await Sessions.CreateAsync(sub, "Browser/1.0", default);
        var (_, other) = await Sessions.CreateAsync(sub, null, default);

        var (response, list) = await SendAsync(HttpMethod.Get, "/ada/sessions");
        var (ended, _) = await SendAsync(HttpMethod.Delete, $"/ada/sessions/{session.Sid}");
        var (again, _) = await SendAsync(HttpMethod.Delete, $"/ada/sessions/{session.Sid}");

        Assert.True(response.Headers.CacheControl?.NoStore);
        var first = list.GetProperty("sessions").EnumerateArray().Single(item => item.GetProperty("sid").GetString() == session.Sid);
        Assert.Equal(
            ["sid", "authenticated_at", "last_used_at", "expires_at", "user_agent"], first.EnumerateObject().Select(member => member.Name));
        Assert.DoesNotContain(session.Id, list.ToString(), StringComparison.Ordinal);
        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NotFound], [ended.StatusCode, again.StatusCode]);
        Assert.Null(await Sessions.FindAsync(value, default));
        Assert.NotNull(await Sessions.FindAsync(other, default));
        Assert.Single(Api.Logs.Lines, line => line.StartsWith($"Information: End of a session of the user '{sub}'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DELETE", "/ada/sessions", null)]
    [InlineData("PATCH", "/ada", """{"enabled":false}""")]
    [InlineData("DELETE", "/ada", null)]
    public async Task User_is_signed_out_everywhere(string method, string path, string? body)
    {
        var sub = (await RegisterAsync()).GetProperty("sub").GetString()!;
        var other = (await RegisterAsync("""{"preferred_username":"other","scope":"USER"}""")).GetProperty("sub").GetString()!;
        string[] values = [(await Sessions.CreateAsync(sub, null, default)).CookieValue, (await Sessions.CreateAsync(sub, null, default)).CookieValue];
        var kept = (await Sessions.CreateAsync(other, null, default)).CookieValue;

        var (response, _) = await SendAsync(new(method), path, body);

        Assert.True(response.IsSuccessStatusCode);

        foreach (var value in values)
        {
            Assert.Null(await Sessions.FindAsync(value, default));
        }

        Assert.NotNull(await Sessions.FindAsync(kept, default));
    }

    [Fact]
    public async Task Link_of_a_user_who_was_disabled_does_not_work_again()
    {
        var link = new Uri((await RegisterAsync()).GetProperty("enrollment_link").GetString()!).AbsolutePath;
        using var before = await Api.GetAsync(link);
        await SendAsync(HttpMethod.Patch, "/ada", """{"enabled":false}""");
        await SendAsync(HttpMethod.Patch, "/ada", """{"enabled":true}""");

        using var after = await Api.GetAsync(link);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.NotFound], [before.StatusCode, after.StatusCode]);
    }

    [Fact]
    public async Task Session_of_another_user_is_not_found()
    {
        await RegisterAsync();
        var other = (await RegisterAsync("""{"preferred_username":"other","scope":"USER"}""")).GetProperty("sub").GetString()!;
        var (session, value) = await Sessions.CreateAsync(other, null, default);

        var (ended, _) = await SendAsync(HttpMethod.Delete, $"/ada/sessions/{session.Sid}");
        var (nobody, _) = await SendAsync(HttpMethod.Get, "/nobody/sessions");

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [ended.StatusCode, nobody.StatusCode]);
        Assert.NotNull(await Sessions.FindAsync(value, default));
    }
}
