using Api.Configuration;
using Api.Foundation;
using Api.Sessions;
using Api.Sessions.Families;
using Api.Storage;
using Api.Tests.Support;

namespace Api.Tests.Sessions;

/// <summary>The stored families of one user: how many there are, and how long.</summary>
public sealed class TokenFamilyStoreTests : IAsyncLifetime
{
    private readonly EngineUnderTest _engine = EngineUnderTest.Sqlite.Create();
    private readonly SettableTime _time = new(TestKeys.CreatedAt);
    private readonly TokenFamily _any = TokenFamilyTests.NewFamily().Family;
    private readonly AuthorizationServerOptions _options = new() { Issuer = ApiFactory.Issuer };
    private IDocumentStore _documents = null!;
    private Session _session = null!;

    public async Task InitializeAsync()
    {
        _documents = await _engine.OpenAsync(_time);
        (_session, _) = await Sessions.CreateAsync(_any.Sub, null, default);
    }

    public Task DisposeAsync() => _engine.DisposeAsync().AsTask();

    [Fact]
    public async Task Client_with_many_sign_ins_does_not_end_those_to_others()
    {
        var phone = await AddAsync("phone");
        var first = await AddAsync("spa");
        var second = await AddAsync("spa");

        for (var count = 0; count < 50; count++)
        {
            await Families.MakeRoomAsync(_any.Sub, default);
            await AddAsync("spa");
        }

        Assert.NotNull(await FindAsync(phone));
        Assert.Null(await FindAsync(first));
        Assert.Null(await FindAsync(second));
        Assert.Equal(TokenFamilyStore.MaximumFamilies, (await Families.ListAsync(_any.Sub, default)).Length);
    }

    [Fact]
    public async Task Sign_ins_of_ended_sessions_make_room_first()
    {
        var phone = await AddAsync("phone");
        var phone2 = await AddAsync("phone");

        for (var count = 0; count < 48; count++)
        {
            await AddAsync($"app{count}", family => family with { SessionId = OpaqueToken.Generate() });
        }

        await Families.MakeRoomAsync(_any.Sub, default);

        Assert.NotNull(await FindAsync(phone));
        Assert.NotNull(await FindAsync(phone2));
        Assert.Equal(2, (await _documents.QueryAsync("user#" + _any.Sub, "family#", 100, default)).Length);
    }

    [Fact]
    public async Task There_is_room_for_50()
    {
        var first = await AddAsync("spa");

        for (var count = 0; count < 48; count++)
        {
            await AddAsync("spa");
        }

        await Families.MakeRoomAsync(_any.Sub, default);
        Assert.NotNull(await FindAsync(first));
        await AddAsync("spa");
        await Families.MakeRoomAsync(_any.Sub, default);
        Assert.Null(await FindAsync(first));
    }

    // The idle lifetime is about refresh tokens. An access token can live longer.
    [Fact]
    public async Task Family_without_refresh_tokens_ends_with_its_access_token()
    {
        _options.RefreshTokenIdleLifetime = TimeSpan.FromMinutes(10);
        var without = await AddAsync("app", family => family with { Current = null, ExpiresAt = _time.Now.AddHours(1) });
        var with = await AddAsync("staying");

        _time.Now = _time.Now.AddMinutes(20);

        Assert.NotNull(await FindAsync(without));
        Assert.Null(await FindAsync(with));
        _time.Now = _time.Now.AddMinutes(40);
        Assert.Null(await FindAsync(without));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "0001-01-31T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z")]
    [InlineData("2026-06-01T12:00:00.9Z", "2026-06-02T12:00:00Z", "2026-06-16T12:00:00Z")]
    [InlineData("2026-06-01T12:00:00Z", "2026-06-29T12:00:00Z", "2026-07-01T12:00:00Z")]
    public void End_is_that_of_the_lifetime_or_earlier_without_use(string createdAt, string lastUsedAt, string end)
    {
        var expected = DateTimeOffset.Parse(end, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(
            expected < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : expected,
            Families.EndOf(
                DateTimeOffset.Parse(createdAt, System.Globalization.CultureInfo.InvariantCulture),
                DateTimeOffset.Parse(lastUsedAt, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(21)]
    public async Task Part_of_an_id_ends_nothing(int length)
    {
        var family = await AddAsync("app");

        await Families.EndAsync(family.Sub, family.Id[..length], default);

        Assert.NotNull(await FindAsync(family));
        await Families.EndAsync(family.Sub, family.Id, default);
        Assert.Null(await FindAsync(family));
    }

    [Fact]
    public async Task Families_continue_with_the_session_that_replaces_theirs()
    {
        var (family, other) = (await AddAsync("app"), await AddAsync("app", one => one with { SessionId = OpaqueToken.Generate() }));
        var (next, _) = await Sessions.CreateAsync(_any.Sub, null, default);
        var (ofEve, _) = await Sessions.CreateAsync(Api.Users.User.NewSub(), null, default);

        await Families.MoveAsync(_session, ofEve, default);
        Assert.Equal(_session.Id, (await FindAsync(family))!.SessionId);

        await Families.MoveAsync(_session, next, default);
        await Sessions.EndAsync(_session, default);

        var moved = (await Families.FindLiveAsync(family.Sub, family.Id, default))!;
        Assert.Equal((next.Id, next.Sid, family.Current), (moved.SessionId, moved.Sid, moved.Current));
        Assert.Equal(other.SessionId, (await FindAsync(other))!.SessionId);
    }

    [Fact]
    public async Task Family_that_moves_while_it_is_read_is_live()
    {
        var family = await AddAsync("app");
        var (next, _) = await Sessions.CreateAsync(_any.Sub, null, default);
        var moving = new MovingStore(_documents, async () =>
        {
            await Families.MoveAsync(_session, next, default);
            await Sessions.EndAsync(_session, default);
        });
        var families = new TokenFamilyStore(moving, new(moving, _options, _time), _options, _time);

        Assert.Equal(next.Id, (await families.FindLiveAsync(family.Sub, family.Id, default))?.SessionId);
    }

    private SessionStore Sessions => new(_documents, _options, _time);

    private TokenFamilyStore Families => new(_documents, Sessions, _options, _time);

    private Task<TokenFamily?> FindAsync(TokenFamily family) => Families.FindAsync(family.Sub, family.Id, default);

    // Each a second after the one before.
    private async Task<TokenFamily> AddAsync(string clientId, Func<TokenFamily, TokenFamily>? change = null)
    {
        _time.Now = _time.Now.AddSeconds(1);
        var family = _any with
        {
            Id = TokenFamily.NewId(),
            ClientId = clientId,
            SessionId = _session.Id,
            CreatedAt = _time.Now,
            LastUsedAt = _time.Now,
            ExpiresAt = _time.Now.AddDays(1),
            Version = Document.NewVersion(),
        };
        family = change?.Invoke(family) ?? family;
        Assert.True(await _documents.WriteAsync([TokenFamilyStore.AdditionOf(family)], default));

        return family;
    }

    /// <summary>A store in which something happens after the first read.</summary>
    private sealed class MovingStore(IDocumentStore store, Func<Task> move) : DelegatingDocumentStore(store)
    {
        private bool _hasMoved;

        public override async Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation)
        {
            var read = await base.GetAsync(key, cancellation);

            if (!_hasMoved)
            {
                _hasMoved = true;
                await move();
            }

            return read;
        }
    }
}
