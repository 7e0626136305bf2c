using System.Text.Json;
using Api.Bearer;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Json;
using Api.OAuth;
using Api.Sessions.Families;
using Api.Users;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tokens;

/// <summary>Finds out whether tokens are active, and describes them.</summary>
internal sealed class TokenStates(
    AccessTokenVerifier accessTokens,
    TokenFamilyStore families,
    SignInCheck signIns,
    ClientDirectory clients,
    UserStore users,
    AuthorizationServerOptions options,
    TimeProvider time)
{
    // Members of the response that no claim can replace.
    private static readonly string[] OwnMembers = ["active", "token_type", "username"];

    /// <summary>The description of an access token; null if it is not active.</summary>
    public async Task<byte[]?> DescribeAsync(string accessToken, CancellationToken cancellation)
    {
        if (await accessTokens.VerifyAsync(accessToken, cancellation) is not var (token, claims)
            || token.ValidTo <= time.GetUtcNow().UtcDateTime
            || await clients.FindAsync(claims.FindFirst("client_id")?.Value ?? "", cancellation) is not { Enabled: true } client)
        {
            return null;
        }

        if (token.Subject == client.ClientId)
        {
            return Describe(token, userName: null);
        }

        return await signIns.FindUserAsync(claims, client, cancellation) is { } user
            ? Describe(token, UserNameFor(user, claims.FindFirst("scope")?.Value.Split(' ') ?? []))
            : null;
    }

    /// <summary>The description of a refresh token; null if it is not active, or is that of another client.</summary>
    public async Task<byte[]?> DescribeAsync(RefreshToken refreshToken, Client client, CancellationToken cancellation) =>
        await families.FindLiveAsync(refreshToken.Sub, refreshToken.FamilyId, cancellation) is { } family
        && family.IsCurrent(refreshToken)
        && family.BelongsTo(client)
        && await users.FindAsync(family.Sub, cancellation) is { Enabled: true } user
            ? Utf8Json.WriteObject(json =>
            {
                json.WriteBoolean("active"u8, value: true);
                WriteUserName(json, UserNameFor(user, family.Scopes));
                json.WriteString("iss"u8, options.Issuer);
                json.WriteString("sub"u8, family.Sub);
                json.WriteString("client_id"u8, family.ClientId);
                json.WriteString("scope"u8, string.Join(' ', family.Scopes));
                json.WriteNumber("iat"u8, family.LastUsedAt.ToUnixTimeSeconds());
                json.WriteNumber("exp"u8, family.ExpiresAt.ToUnixTimeSeconds());
                json.WriteString("grant_id"u8, family.Id);
            })
            : null;

    private static byte[] Describe(JsonWebToken token, string? userName)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));

        return Utf8Json.WriteObject(json =>
        {
            json.WriteBoolean("active"u8, value: true);
            json.WriteString("token_type"u8, "Bearer"u8);
            WriteUserName(json, userName);

            foreach (var claim in payload.RootElement.EnumerateObject().Where(claim => !OwnMembers.Contains(claim.Name)))
            {
                claim.WriteTo(json);
            }
        });
    }

    // As in an ID token and at the userinfo endpoint (OpenID Connect Core 1.0 §5.4).
    private static string? UserNameFor(User user, IEnumerable<string> scopes) => scopes.Contains(Scope.Profile) ? user.UserName : null;

    private static void WriteUserName(Utf8JsonWriter json, string? userName)
    {
        if (userName is not null)
        {
            json.WriteString("username"u8, userName);
        }
    }
}
