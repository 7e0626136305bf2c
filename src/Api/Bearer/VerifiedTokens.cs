using System.Collections.Immutable;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Api.Foundation.Caching;
using Api.Keys;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Api.Bearer;

/// <summary>
/// Whom a token names that has been verified before, by the token's hash: a caller sends the same one many times. All of it is forgotten
/// as soon as other keys are published, so that a revoked key's tokens are refused as if there were no such memory.
/// </summary>
internal sealed class VerifiedTokens(KeyRingCache keys, TimeProvider time)
{
    private const string Scheme = "Bearer ";
    private const int Maximum = 1_000;

    private readonly KeySetCache<Kept> _kept = new(keys, time, published => new(published, new(Maximum, time)));

    /// <summary>Answers for a token that is known, so that the handler does not verify it again.</summary>
    public async Task FindAsync(MessageReceivedContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();

        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var kept = await _kept.GetAsync(context.HttpContext.RequestAborted);

        if (kept.ByHash.Find(HashOf(authorization[Scheme.Length..].Trim())) is { } entry)
        {
            context.Principal = entry.Value;
            context.Success();
        }
    }

    /// <summary>Remembers a token that has just been verified.</summary>
    public async Task KeepAsync(TokenValidatedContext context)
    {
        var token = (JsonWebToken)context.SecurityToken;
        var kept = await _kept.GetAsync(context.HttpContext.RequestAborted);

        // Its key may have been revoked since.
        if (kept.Keys.Any(key => key.Kid == token.Kid))
        {
            kept.ByHash.Set(HashOf(token.EncodedToken), new(context.Principal!, token.ValidTo));
        }
    }

    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private sealed record Kept(ImmutableArray<SigningKey> Keys, MemoCache<string, ClaimsPrincipal> ByHash);
}
