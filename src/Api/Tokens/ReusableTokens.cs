using Api.Clients;
using Api.Foundation.Caching;
using Api.Sessions.Families;

namespace Api.Tokens;

/// <summary>
/// Tokens that a client with <c>access_token_reuse</c> gets again for the same scope. A token is reused only if the client and the signing
/// key have not changed, and only in the first tenth of its lifetime.
/// </summary>
internal sealed class ReusableTokens(TimeProvider time)
{
    private readonly MemoCache<Request, Made> _made = new(1_000, time);

    /// <summary>The token that was issued for the same request, with its remaining lifetime; null if there is none.</summary>
    public IssuedToken? Find(Client client, string scope, string kid, DateTimeOffset now)
    {
        if (client.AccessTokenReuse is not { } reuse || _made.Find(Request.Of(client, scope, kid))?.Value is not var (issued, issuedAt))
        {
            return null;
        }

        var age = now - issuedAt;
        var lifetime = TimeSpan.FromSeconds(issued.Response.ExpiresIn);

        // The age is negative if the clock was set back. Reuse would then last longer.
        return age >= TimeSpan.Zero && age <= reuse && age <= lifetime / 10
            ? issued with
            {
                Response = issued.Response with { ExpiresIn = (long)(lifetime - age).TotalSeconds },
                Reused = true,
            }
            : null;
    }

    public void Add(Client client, string scope, string kid, DateTimeOffset now, IssuedToken issued)
    {
        if (client.AccessTokenReuse is not null)
        {
            _made.Set(Request.Of(client, scope, kid), new(new(issued, now), now.AddSeconds(issued.Response.ExpiresIn)));
        }
    }

    private readonly record struct Request(string ClientId, string Version, string Scope, string Kid)
    {
        public static Request Of(Client client, string scope, string kid) => new(client.ClientId, client.Version, scope, kid);
    }

    private sealed record Made(IssuedToken Issued, DateTimeOffset IssuedAt);
}

/// <summary>An issued access token: the response, its <c>jti</c>, and whether the token was issued for an earlier request.</summary>
internal sealed record IssuedToken(TokenResponse Response, string TokenId, bool Reused = false)
{
    /// <summary>The user of the token; null: the client got it for itself.</summary>
    public string? Sub { get; init; }

    public IssuedToken With(RefreshToken? refreshToken) => this with { Response = Response with { RefreshToken = refreshToken?.ToString() } };
}
