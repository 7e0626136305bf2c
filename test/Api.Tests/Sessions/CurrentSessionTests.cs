using System.Collections.Immutable;
using Api.Configuration;
using Api.Sessions;
using Api.Sessions.Families;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Api.Tests.Sessions;

/// <summary>The cookie of a session, and whom a request is from.</summary>
public sealed class CurrentSessionTests : IAsyncLifetime
{
    private readonly EngineUnderTest _engine = EngineUnderTest.Sqlite.Create();
    private readonly SettableTime _time = new(TestKeys.CreatedAt);
    private readonly User _user = UserOf("ada");
    private CountingStore _documents = null!;
    private UserStore _users = null!;

    public async Task InitializeAsync()
    {
        _documents = new(await _engine.OpenAsync(_time));
        _users = new(_documents);
        Assert.True(await _users.AddAsync(_user, default));
    }

    public Task DisposeAsync() => _engine.DisposeAsync().AsTask();

    [Theory]
    [InlineData("https://issuer.example", "__Host-session", "; max-age=1209600; path=/; secure; samesite=lax; httponly")]
    [InlineData("https://issuer.example/auth", "__Host-session", "; max-age=1209600; path=/; secure; samesite=lax; httponly")]
    [InlineData("http://localhost:5000", "session", "; max-age=1209600; path=/; samesite=lax; httponly")]
    public async Task Cookie_is_for_this_host_alone(string issuer, string name, string attributes)
    {
        var http = new DefaultHttpContext();

        var signedIn = await Open(issuer).StartAsync(http, _user);

        var header = http.Response.Headers.SetCookie.Single()!;
        var value = SetCookieHeaderValue.Parse(header).Value.Value!;
        Assert.Equal($"{name}={value}{attributes}", header);
        Assert.StartsWith(_user.Sub + ".", value, StringComparison.Ordinal);
        Assert.Same(signedIn, await Open(issuer).FindAsync(http));
        Assert.Equal(signedIn?.Session, (await Open(issuer).FindAsync(RequestWith($"{name}={value}")))?.Session);
    }

    [Fact]
    public async Task Cookie_of_http_is_not_used_with_https()
    {
        var value = ValueOf(await SignInAsync("http://localhost:5000"));

        Assert.Null(await Open().FindAsync(RequestWith($"session={value}")));
        Assert.NotNull(await Open().FindAsync(RequestWith($"__Host-session={value}")));
        Assert.Null(await Open("http://localhost:5000").FindAsync(RequestWith($"__Host-session={value}")));
    }

    [Fact]
    public async Task Request_reads_its_session_once()
    {
        var http = RequestWith($"__Host-session={ValueOf(await SignInAsync())}");
        var current = Open();
        _documents.Reads = 0;

        var (first, second) = (await current.FindAsync(http), await current.FindAsync(http));

        Assert.NotNull(first);
        Assert.Same(first, second);
        Assert.Equal(2, _documents.Reads);
        Assert.Empty(http.Response.Headers.SetCookie.ToArray());
    }

    [Fact]
    public async Task Request_without_cookie_reads_nothing()
    {
        _documents.Reads = 0;

        Assert.Null(await Open().FindAsync(new DefaultHttpContext()));
        Assert.Null(await Open().FindAsync(RequestWith("__Host-session=; session=x; __Secure-session=y")));

        Assert.Equal(0, _documents.Reads);
    }

    [Fact]
    public async Task Use_extends_the_session_and_its_cookie()
    {
        var value = ValueOf(await SignInAsync());
        _time.Now = _time.Now.AddDays(13);
        var http = RequestWith($"__Host-session={value}");

        var extended = (await Open().FindAsync(http))!;

        Assert.Equal(value, ValueOf(http));
        Assert.Equal(_time.Now.AddDays(14), extended.Session.ExpiresAt);
        _time.Now = _time.Now.AddDays(14).AddSeconds(-1);
        Assert.NotNull(await Open().FindAsync(RequestWith($"__Host-session={value}")));
    }

    [Fact]
    public async Task Sign_in_ends_the_session_of_the_request()
    {
        var planted = ValueOf(await SignInAsync());
        var http = RequestWith($"__Host-session={planted}");

        await Open().StartAsync(http, _user);

        var value = ValueOf(http);
        Assert.NotEqual(planted, value);
        Assert.Null(await Open().FindAsync(RequestWith($"__Host-session={planted}")));
        Assert.NotNull(await Open().FindAsync(RequestWith($"__Host-session={value}")));
    }

    // A client asks for a new sign-in, or the account page does. The ID of the session is then new, but the user has not signed out.
    [Fact]
    public async Task User_who_signs_in_again_stays_signed_in_to_the_clients()
    {
        var http = await SignInAsync();
        var before = (await Open().FindAsync(RequestWith($"__Host-session={ValueOf(http)}")))!.Session;
        var family = TokenFamilyTests.NewFamily().Family with { Sub = _user.Sub, SessionId = before.Id };
        Assert.True(await _documents.WriteAsync([TokenFamilyStore.AdditionOf(family)], default));
        var families = FamiliesOf(new() { Issuer = "https://issuer.example" });
        var again = RequestWith($"__Host-session={ValueOf(http)}");

        await Open().StartAsync(again, _user);

        Assert.NotNull(await families.FindLiveAsync(_user.Sub, family.Id, default));
        var other = RequestWith($"__Host-session={ValueOf(again)}");
        var eve = UserOf("eve");
        Assert.True(await _users.AddAsync(eve, default));
        await Open().StartAsync(other, eve);
        Assert.Null(await families.FindLiveAsync(_user.Sub, family.Id, default));
    }

    // The passkey was verified before the user was disabled.
    [Fact]
    public async Task User_who_was_disabled_meanwhile_gets_no_session()
    {
        var http = new DefaultHttpContext();
        var disabled = _user with { Enabled = false, Version = Document.NewVersion() };
        Assert.True(await _users.ChangeAsync(_user, disabled, default));

        Assert.Null(await Open().StartAsync(http, _user));

        Assert.Empty(http.Response.Headers.SetCookie.ToArray());
        Assert.Empty(await _documents.QueryAsync(UserStore.PartitionOf(_user.Sub), UserStore.SessionPrefix, 1, default));
    }

    [Fact]
    public async Task Sign_out_ends_the_session_and_removes_the_cookie()
    {
        var value = ValueOf(await SignInAsync());
        var http = RequestWith($"__Host-session={value}");
        Assert.NotNull(await Open().FindAsync(http));

        await Open().EndAsync(http);

        Assert.Null(await Open().FindAsync(http));
        Assert.Null(await Open().FindAsync(RequestWith($"__Host-session={value}")));
        Assert.Equal("__Host-session=; max-age=0; path=/; secure; samesite=lax; httponly", http.Response.Headers.SetCookie.Single());
    }

    [Fact]
    public async Task Disabled_removed_or_damaged_user_is_not_signed_in()
    {
        var cookie = $"__Host-session={ValueOf(await SignInAsync())}";
        var disabled = _user with { Enabled = false, Version = "2" };

        Assert.True(await _users.ChangeAsync(_user, disabled, default));
        Assert.Null(await Open().FindAsync(RequestWith(cookie)));

        Assert.True(await _users.ChangeAsync(disabled, _user, default));
        Assert.NotNull(await Open().FindAsync(RequestWith(cookie)));

        var document = (await _documents.GetAsync(new(UserStore.PartitionOf(_user.Sub), "user"), default))!;
        Assert.True(await _documents.WriteAsync([new DocumentWrite.Replace(document with { Json = "{", Version = "3" }, document.Version)], default));
        Assert.Null(await Open().FindAsync(RequestWith(cookie)));

        Assert.True(await _documents.WriteAsync([new DocumentWrite.Delete(document.Key, "3")], default));
        Assert.Null(await Open().FindAsync(RequestWith(cookie)));
    }

    [Theory]
    [InlineData("same-origin", null, true)]
    [InlineData("same-origin", "https://issuer.example", true)]
    [InlineData("same-origin", "null", true)]
    [InlineData("same-origin", "https://other.example", false)]
    [InlineData("same-site", "https://issuer.example", false)]
    [InlineData("cross-site", null, false)]
    [InlineData("none", null, false)]
    [InlineData("", null, false)]
    [InlineData("SAME-ORIGIN", null, false)]
    [InlineData("same-origin, cross-site", null, false)]
    [InlineData(null, "https://issuer.example", true)]
    [InlineData(null, null, false)]
    [InlineData(null, "null", false)]
    [InlineData(null, "", false)]
    [InlineData(null, "https://issuer.example/auth", false)]
    [InlineData(null, "https://issuer.example:443", false)]
    [InlineData(null, "http://issuer.example", false)]
    [InlineData(null, "https://issuer.example.evil.example", false)]
    [InlineData(null, "https://issuer.example https://other.example", false)]
    public void Request_without_evidence_is_not_from_this_origin(string? site, string? origin, bool isOwn)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Sec-Fetch-Site"] = site;
        http.Request.Headers.Origin = origin;

        Assert.Equal(isOwn, SameOrigin.IsSameOrigin(http.Request, new() { Issuer = "https://issuer.example/auth" }));
    }

    internal static User UserOf(string name, string scope = "USER") => new()
    {
        Sub = User.NewSub(),
        UserName = name,
        Scopes = [scope],
        CreatedAt = TestKeys.CreatedAt,
        UpdatedAt = TestKeys.CreatedAt,
    };

    private CurrentSession Open(string issuer = "https://issuer.example")
    {
        var options = new AuthorizationServerOptions { Issuer = issuer };


        return new(new(_documents, options, _time), FamiliesOf(options), _users, new(options));
    }

    private TokenFamilyStore FamiliesOf(AuthorizationServerOptions options) =>
        new(_documents, new(_documents, options, _time), options, _time);

    private async Task<HttpContext> SignInAsync(string issuer = "https://issuer.example")
    {
        var http = new DefaultHttpContext();
        await Open(issuer).StartAsync(http, _user);

        return http;
    }

    private static string ValueOf(HttpContext http) => SetCookieHeaderValue.Parse(http.Response.Headers.SetCookie.Single()!).Value.Value!;

    private static DefaultHttpContext RequestWith(string cookies) => new() { Request = { Headers = { Cookie = cookies } } };

    private sealed class CountingStore(IDocumentStore store) : IDocumentStore
    {
        public int Reads { get; set; }

        public Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation)
        {
            Reads++;

            return store.GetAsync(key, cancellation);
        }

        public Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation) =>
            store.WriteAsync(writes, cancellation);

        public Task<ImmutableArray<Document>> QueryAsync(
            string partition, string sortPrefix, int limit, CancellationToken cancellation) =>
            store.QueryAsync(partition, sortPrefix, limit, cancellation);

        public Task<ImmutableArray<Document>> ListAsync(
            string list, string? after, int limit, CancellationToken cancellation) => store.ListAsync(list, after, limit, cancellation);
    }
}
