using Api.Clients;
using Api.Foundation;
using Api.OAuth;
using Api.Sessions.Families;
using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.Sessions;

/// <summary>The rules of refresh token families (RFC 9700 §4.14.2).</summary>
public sealed class TokenFamilyTests
{
    private static readonly DateTimeOffset Noon = TestKeys.CreatedAt;

    private readonly TokenFamily _family;
    private readonly RefreshToken _first;

    public TokenFamilyTests() => (_family, _first) = NewFamily();

    [Fact]
    public void Token_is_read_as_it_is_written()
    {
        Assert.True(RefreshToken.TryParse($"{_first}", out var read));
        Assert.Equal(_first, read);
        Assert.StartsWith($"ort_{_family.Sub}.{_family.Id}.", $"{_first}", StringComparison.Ordinal);
        Assert.DoesNotContain(_first.Random, TokenFamilyDocument.Write(_family).Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_use_gives_another_token()
    {
        var (second, family) = Rotate(_family, _first, Noon);
        var (third, last) = Rotate(family, second, Noon.AddHours(1));

        Assert.Equal(3, new[] { _first, second, third }.Select(token => $"{token}").Distinct().Count());
        Assert.True(last.IsCurrent(third));
        Assert.False(last.IsCurrent(second));
        Assert.Equal(Noon.AddHours(1), last.LastUsedAt);
        // The condition of a write is the version before.
        Assert.Equal(3, new[] { _family, family, last }.Select(each => each.Version).Distinct().Count());
    }

    // 30 s, and a clock that is a minute off.
    [Theory]
    [InlineData(-60)]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(90)]
    public void Repeated_use_gives_the_same_token(int seconds)
    {
        var (second, family) = Rotate(_family, _first, Noon);

        var again = Assert.IsType<RefreshOutcome.Repeated>(family.Use(_first, Noon.AddSeconds(seconds)));

        Assert.Equal(second, again.Successor);
    }

    [Fact]
    public void Use_after_the_grace_is_theft()
    {
        var (_, family) = Rotate(_family, _first, Noon);

        Assert.IsType<RefreshOutcome.Stolen>(family.Use(_first, Noon.AddSeconds(91)));
    }

    // One window was slow, and another one has refreshed twice meanwhile.
    [Fact]
    public void Repeated_use_after_two_rotations_gives_the_same_token()
    {
        var (second, family) = Rotate(_family, _first, Noon);
        (_, family) = Rotate(family, second, Noon.AddSeconds(5));

        Assert.Equal(second, Assert.IsType<RefreshOutcome.Repeated>(family.Use(_first, Noon.AddSeconds(10))).Successor);
        Assert.IsType<RefreshOutcome.Stolen>(family.Use(_first, Noon.AddSeconds(91)));
    }

    [Fact]
    public void Used_tokens_are_kept_for_the_grace_and_are_few()
    {
        var (token, family) = (_first, _family);

        for (var count = 0; count < 20; count++)
        {
            (token, family) = Rotate(family, token, Noon.AddSeconds(count));
        }

        Assert.Equal(10, family.Used.Length);
        Assert.Single(Rotate(family, token, Noon.AddHours(1)).Family.Used);
    }

    public static TheoryData<string> Others =>
    [
        "", "ort_", "ort_usr_.a.b.c", "abc", new('a', 10_000), $"ort_{User.NewSub()}.{TokenFamily.NewId()}.{OpaqueToken.Generate()}",
        $"ort_{User.NewSub()}.{TokenFamily.NewId()}.{OpaqueToken.Generate()}.{TokenFamily.NewId()}.",
        $"ORT_{User.NewSub()}.{TokenFamily.NewId()}.{OpaqueToken.Generate()}.{TokenFamily.NewId()}",
        $"ort_{User.NewSub()}.{TokenFamily.NewId()}.{new string('é', 43)}.{TokenFamily.NewId()}",
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public void Other_text_is_no_token(string text) => Assert.False(RefreshToken.TryParse(text, out _));

    // Whoever knows the ID of a family, which is in access tokens, cannot end it.
    [Fact]
    public void Token_that_the_family_did_not_issue_is_unknown_and_no_theft()
    {
        RefreshToken[] others =
        [
            _first with { Random = OpaqueToken.Generate() },
            _first with { Mark = OpaqueToken.Generate()[..22] },
            _first with { FamilyId = TokenFamily.NewId() },
            RefreshToken.NewFor(NewFamily().Family) with { FamilyId = _family.Id, Sub = _family.Sub },
        ];

        Assert.All(others, other => Assert.IsType<RefreshOutcome.Unknown>(_family.Use(other, Noon)));
        Assert.All(others, other => Assert.False(_family.IsCurrent(other)));
        Assert.IsType<RefreshOutcome.Unknown>((_family with { Current = null }).Use(_first, Noon));
    }

    [Theory]
    [InlineData(true, "app", 0, null, true)]
    [InlineData(false, "app", 0, null, false)]
    [InlineData(true, "other", 0, null, false)]
    // Registered again under the same ID.
    [InlineData(true, "app", 61, null, false)]
    [InlineData(true, "app", 60, null, true)]
    // Disabled and enabled again.
    [InlineData(true, "app", 0, 0, false)]
    [InlineData(true, "app", 0, -1, true)]
    public void Family_belongs_to_the_client_as_it_was(bool enabled, string clientId, int createdAt, int? disabledAt, bool belongs)
    {
        var client = new Client
        {
            ClientId = clientId,
            ClientName = "App",
            Scopes = ["USER"],
            Enabled = enabled,
            CreatedAt = Noon.AddSeconds(createdAt),
            DisabledAt = disabledAt is { } seconds ? Noon.AddSeconds(seconds) : null,
        };

        Assert.Equal(belongs, _family.BelongsTo(client));
    }

    [Fact]
    public void Document_is_read_as_it_is_written()
    {
        var (_, family) = Rotate(_family, _first, Noon);
        var document = TokenFamilyDocument.Write(family);

        var read = TokenFamilyDocument.Read(document)!;

        Assert.Equal(document.Json, TokenFamilyDocument.Write(read).Json);
        Assert.Equal((family.Id, family.Version, family.ExpiresAt), (read.Id, read.Version, read.ExpiresAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"sub\"", "\"other\"")]
    [InlineData("\"scope\":\"openid USER\"", "\"scope\":\"\"")]
    [InlineData("\"used\":[]", "\"used\":null")]
    [InlineData("\"key\":\"", "\"key\":\"AAAA")]
    [InlineData("\"client_id\":\"app\"", "\"client_id\":null")]
    public void Damaged_document_is_none(string text, string? by = null)
    {
        var document = TokenFamilyDocument.Write(_family);
        var damaged = document with { Json = by is null ? text : document.Json.Replace(text, by, StringComparison.Ordinal) };
        Assert.NotEqual(document.Json, damaged.Json);

        Assert.Null(TokenFamilyDocument.Read(damaged));
        Assert.Null(TokenFamilyDocument.Read(document with { Key = TokenFamilyDocument.KeyOf(User.NewSub(), _family.Id) }));
    }

    internal static (TokenFamily Family, RefreshToken First) NewFamily(params string[] scopes)
    {
        var family = new TokenFamily
        {
            Id = TokenFamily.NewId(),
            Sub = User.NewSub(),
            ClientId = "app",
            ClientName = "App",
            Scopes = scopes is [] ? [Scope.OpenId, Scope.User] : [.. scopes],
            SessionId = OpaqueToken.Generate(),
            Sid = "sid",
            AuthenticatedAt = Noon,
            CreatedAt = Noon,
            LastUsedAt = Noon,
            ExpiresAt = Noon.AddDays(14),
            Key = TokenFamily.NewKey(),
        };
        var first = RefreshToken.NewFor(family);

        return (family with { Current = OpaqueToken.Hash(first.Random) }, first);
    }

    private static (RefreshToken Successor, TokenFamily Family) Rotate(TokenFamily family, RefreshToken token, DateTimeOffset now)
    {
        var rotated = Assert.IsType<RefreshOutcome.Rotated>(family.Use(token, now));

        return (rotated.Successor, rotated.Family);
    }
}
