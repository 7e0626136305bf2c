using System.Text.Json;
using Api.Sessions;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The refresh token grant (RFC 6749 §6, OpenID Connect Core 1.0 §12), and what ends it.</summary>
public sealed class RefreshTokenTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Refresh_token_gives_new_tokens_of_the_same_sign_in()
    {
        var first = await SignInAsync();
        _app.Api.Time.Now = _app.Api.Time.Now.AddMinutes(10);

        var (status, second) = await _app.RefreshAsync(Text(first, "refresh_token"));

        Assert.Equal(200, status);
        Assert.Equal("openid profile email USER", Text(second, "scope"));
        Assert.NotEqual(Text(first, "refresh_token"), Text(second, "refresh_token"));
        var (before, after) = (ClaimsOf(Text(first, "access_token")), ClaimsOf(Text(second, "access_token")));
        Assert.Equal(Text(before, "grant_id"), Text(after, "grant_id"));
        Assert.Equal(before.GetProperty("auth_time").GetInt64(), after.GetProperty("auth_time").GetInt64());
        Assert.Equal(600, after.GetProperty("exp").GetInt64() - after.GetProperty("iat").GetInt64());
        var idToken = ClaimsOf(Text(second, "id_token"));
        Assert.Equal((_app.Ann.Sub, "staying", _app.Session.Sid), (Text(idToken, "sub"), Text(idToken, "aud"), Text(idToken, "sid")));
        Assert.False(idToken.TryGetProperty("nonce", out _));
        using var me = await _app.Api.GetAsync("/user/me", Text(second, "access_token"));
        Assert.Equal(200, (int)me.StatusCode);
    }

    [Fact]
    public async Task Client_without_the_grant_gets_no_refresh_token()
    {
        var tokens = await _app.GetTokensAsync(("scope", "openid offline_access USER"));

        Assert.False(tokens.TryGetProperty("refresh_token", out _));
        Assert.Equal("openid USER", Text(tokens, "scope"));
        Assert.Equal(3600, tokens.GetProperty("expires_in").GetInt32());
    }

    [Theory]
    [InlineData("USER", 200, "USER")]
    [InlineData("USER openid", 200, "USER openid")]
    [InlineData("ADMIN", 400, "invalid_scope")]
    [InlineData("openid ADMIN", 400, "invalid_scope")]
    [InlineData(" ", 400, "invalid_scope")]
    public async Task Scope_can_only_become_narrower(string scope, int expected, string outcome)
    {
        var first = await SignInAsync();

        var (status, tokens) = await _app.RefreshAsync(Text(first, "refresh_token"), ("scope", scope));

        Assert.Equal((expected, outcome), (status, Text(tokens, status is 200 ? "scope" : "error")));

        if (status is 200)
        {
            // The next one has all of them again.
            var (_, next) = await _app.RefreshAsync(Text(tokens, "refresh_token"));
            Assert.Equal("openid profile email USER", Text(next, "scope"));
        }
    }

    [Theory]
    [InlineData("refresh_token", null, "invalid_request")]
    [InlineData("refresh_token", "unknown", "invalid_grant")]
    [InlineData("client_id", "app", "unauthorized_client")]
    [InlineData("client_id", "staying2", "invalid_grant")]
    public async Task Wrong_request_is_refused_and_uses_nothing(string name, string? value, string error)
    {
        var token = Text(await SignInAsync(), "refresh_token");

        var (status, refused) = await _app.RefreshAsync(token, (name, value));

        Assert.Equal((400, error), (status, Text(refused, "error")));
        Assert.Equal(200, (await _app.RefreshAsync(token)).Status);
    }

    [Fact]
    public async Task Repeated_request_gets_the_same_successor_and_a_late_one_ends_all()
    {
        var first = Text(await SignInAsync(), "refresh_token");
        var (_, second) = await _app.RefreshAsync(first);
        _app.Api.Time.Now = _app.Api.Time.Now.AddSeconds(30);
        var (_, again) = await _app.RefreshAsync(first);
        _app.Api.Time.Now = _app.Api.Time.Now.AddSeconds(61);

        var (stolen, error) = await _app.RefreshAsync(first);
        var (ended, _) = await _app.RefreshAsync(Text(second, "refresh_token"));

        Assert.Equal(Text(second, "refresh_token"), Text(again, "refresh_token"));
        Assert.Equal((400, 400, "invalid_grant"), (stolen, ended, Text(error, "error")));
        Assert.Contains(_app.Api.Logs.Lines, line => line.StartsWith("Warning: A replaced refresh token of", StringComparison.Ordinal));
    }

    // The metric and the alarm of the template count the event.
    [Fact]
    public async Task Reuse_has_the_event_that_the_template_counts()
    {
        var log = new EventNames();
        new Api.Audit.AuditLog(log).RefreshTokenReused("usr_", "app", "grant");

        var template = await File.ReadAllTextAsync(Path.Combine(Repository.Path, "serverless.template"));
        Assert.Contains($"FilterPattern: '{{ $.event = \"{Assert.Single(log.Names)}\" }}'", template, StringComparison.Ordinal);
    }

    private sealed class EventNames : ILogger<Api.Audit.AuditLog>
    {
        public List<string?> Names { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Names.Add(eventId.Name);
    }

    [Fact]
    public async Task Refresh_token_ends_without_use_and_after_its_lifetime()
    {
        var token = Text(await SignInAsync("openid offline_access USER"), "refresh_token");

        for (var day = 0; day < 29; day += 7)
        {
            var (status, next) = await _app.RefreshAsync(token);
            Assert.Equal(200, status);
            token = Text(next, "refresh_token");
            _app.Api.Time.Now = _app.Api.Time.Now.AddDays(7);
        }

        // 35 days after the sign-in.
        Assert.Equal(400, (await _app.RefreshAsync(token)).Status);
        (_, var cookie) = await _app.SignInAsync(_app.Ann);
        var other = Text(await SignInAsync("openid offline_access USER", cookie), "refresh_token");
        _app.Api.Time.Now = _app.Api.Time.Now.AddDays(14);
        Assert.Equal(400, (await _app.RefreshAsync(other)).Status);
    }

    [Theory]
    [InlineData("openid USER", false)]
    [InlineData("openid offline_access USER", true)]
    public async Task Only_offline_access_outlives_the_session(string scope, bool outlives)
    {
        var token = Text(await SignInAsync(scope), "refresh_token");
        await Sessions.EndAsync(_app.Session, default);

        Assert.Equal(outlives ? 200 : 400, (await _app.RefreshAsync(token)).Status);
    }

    [Fact]
    public async Task Refresh_extends_the_session()
    {
        var token = Text(await SignInAsync(), "refresh_token");
        _app.Api.Time.Now = _app.Api.Time.Now.AddDays(13);
        var (_, tokens) = await _app.RefreshAsync(token);
        _app.Api.Time.Now = _app.Api.Time.Now.AddDays(13);

        Assert.Equal(200, (await _app.RefreshAsync(Text(tokens, "refresh_token"))).Status);
    }

    [Fact]
    public async Task Scope_that_was_taken_away_is_left_out_and_comes_back()
    {
        var token = Text(await SignInAsync(), "refresh_token");
        var users = _app.Api.UsersOf();
        var less = _app.Ann with { Scopes = [], Version = Document.NewVersion() };
        Assert.True(await users.ChangeAsync(_app.Ann, less, default));

        var (_, without) = await _app.RefreshAsync(token);
        Assert.True(await users.ChangeAsync(less, _app.Ann with { Version = Document.NewVersion() }, default));
        var (_, with) = await _app.RefreshAsync(Text(without, "refresh_token"));

        Assert.Equal(("openid profile email", "openid profile email USER"), (Text(without, "scope"), Text(with, "scope")));
    }

    [Fact]
    public async Task User_has_50_sign_ins_to_clients()
    {
        var oldest = Text(await SignInAsync(), "refresh_token");
        var second = "";

        for (var count = 1; count <= 50; count++)
        {
            _app.Api.Time.Now = _app.Api.Time.Now.AddSeconds(1);
            var token = Text(await SignInAsync(), "refresh_token");
            second = count is 1 ? token : second;
        }

        Assert.Equal(400, (await _app.RefreshAsync(oldest)).Status);
        Assert.Equal(200, (await _app.RefreshAsync(second)).Status);
    }

    private SessionStore Sessions => _app.Api.Services.GetRequiredService<SessionStore>();

    private async Task<JsonElement> SignInAsync(string? scope = null, string? cookie = null)
    {
        var request = Request(("client_id", "staying"), ("scope", scope ?? "openid profile email USER"));
        using var authorized = await _app.BrowseAsync($"/oauth2/authorize?{Encode(request)}", cookie ?? _app.Cookie);
        var (status, tokens) = await _app.RedeemAsync(ReadAnswer(authorized)["code"], ("client_id", "staying"));
        Assert.Equal(200, status);

        return tokens;
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
