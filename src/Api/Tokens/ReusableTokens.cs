using Api.Clients;
using Api.Foundation.Caching;

namespace Api.Tokens;

/// <summary>
/// Tokens that a client which asks too often gets again: only where the client, what it may have and the signing key are what they were,
/// and only as long as nine tenths of the token's life remain.
/// </summary>
internal sealed class ReusableTokens
{
    private readonly BoundedDictionary<Request, Entry> _byRequest = new(1_000);

    /// <summary>The token that was made for the same request before, with the life that is left of it; null where there is none.</summary>
    public IssuedToken? Find(Client client, string scope, string kid, DateTimeOffset now)
    {
        if (client.AccessTokenReuse is not { } reuse
            || !_byRequest.TryGetValue(new(client.ClientId, scope), out var entry)
            || entry.Version != client.Version
            || entry.Kid != kid)
        {
            return null;
        }

        var age = now - entry.IssuedAt;
        var lifetime = TimeSpan.FromSeconds(entry.Issued.Response.ExpiresIn);

        // A clock that was set back must not make a token last longer.
        return age >= TimeSpan.Zero && age <= reuse && age <= lifetime / 10
            ? entry.Issued with
            {
                Response = entry.Issued.Response with { ExpiresIn = (long)(lifetime - age).TotalSeconds },
                Reused = true,
            }
            : null;
    }

    public void Keep(Client client, string scope, string kid, DateTimeOffset now, IssuedToken issued)
    {
        if (client.AccessTokenReuse is null)
        {
            return;
        }

        _byRequest[new(client.ClientId, scope)] = new(client.Version, kid, now, issued);
    }

    private readonly record struct Request(string ClientId, string Scope);

    private sealed record Entry(string Version, string Kid, DateTimeOffset IssuedAt, IssuedToken Issued);
}

/// <summary>A token as it is answered, with its <c>jti</c>, and whether it is one that was made before.</summary>
internal sealed record IssuedToken(TokenResponse Response, string TokenId, bool Reused = false);
