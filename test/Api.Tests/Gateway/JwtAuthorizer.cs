using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Gateway;

/// <summary>
/// The JWT authorizer of an HTTP API, as documented or measured. It can be created only if the metadata and the key set answer in time.
/// It uses a key set for two hours. It does not check <c>typ</c>.
/// </summary>
internal sealed class JwtAuthorizer
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan CacheAge = TimeSpan.FromHours(2);

    private static readonly HttpClient Http = new() { Timeout = Budget };

    private static readonly Dictionary<string, HashAlgorithmName> Algorithms = new()
    {
        ["RS256"] = HashAlgorithmName.SHA256,
        ["RS384"] = HashAlgorithmName.SHA384,
        ["RS512"] = HashAlgorithmName.SHA512,
    };

    private readonly string _issuer;
    private readonly string[] _audience;
    private readonly TimeProvider _time;
    private Dictionary<string, RSA> _keys = [];
    private DateTimeOffset _fetchedAt;

    private JwtAuthorizer(string issuer, string[] audience, TimeProvider time) => (_issuer, _audience, _time) = (issuer, audience, time);

    /// <exception cref="InvalidOperationException">The issuer does not answer in time. The text is that of CreateAuthorizer.</exception>
    public static async Task<JwtAuthorizer> CreateAsync(string issuer, string[] audience, TimeProvider time)
    {
        var authorizer = new JwtAuthorizer(issuer, audience, time);

        try
        {
            await authorizer.FetchAsync();
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new InvalidOperationException(
                $"BadRequestException: Caught exception when connecting to {issuer}. Invalid issuer: {issuer}. "
                + "Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'", exception);
        }

        return authorizer;
    }

    /// <summary>The claims of a valid token, or null.</summary>
    public async Task<JsonElement?> CheckAsync(string authorization)
    {
        const string Scheme = "Bearer ";

        try
        {
            if (_time.GetUtcNow() - _fetchedAt >= CacheAge)
            {
                await FetchAsync();
            }

            var isPrefixed = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

            return Check(isPrefixed ? authorization[Scheme.Length..] : authorization);
        }
        catch (Exception exception) when (exception
            is FormatException or JsonException or InvalidOperationException or KeyNotFoundException
            or HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Whether one of the route's scopes is among the token's.</summary>
    public static bool HasScope(JsonElement claims, string[] scopes) =>
        scopes is [] || Text(claims, "scope")?.Split(' ').Intersect(scopes).Any() is true;

    private JsonElement? Check(string token)
    {
        if (token.Split('.') is not [var head, var body, var signature])
        {
            return null;
        }

        var header = JsonSerializer.Deserialize<JsonElement>(Base64UrlEncoder.DecodeBytes(head));
        var isSigned = Algorithms.TryGetValue(Text(header, "alg") ?? "", out var hash)
            && _keys.TryGetValue(Text(header, "kid") ?? "", out var key)
            && key.VerifyData(
                Encoding.ASCII.GetBytes($"{head}.{body}"), Base64UrlEncoder.DecodeBytes(signature), hash, RSASignaturePadding.Pkcs1);

        return isSigned && JsonSerializer.Deserialize<JsonElement>(Base64UrlEncoder.DecodeBytes(body)) is var claims && IsValid(claims)
            ? claims
            : null;
    }

    private bool IsValid(JsonElement claims)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();

        return Text(claims, "iss") == _issuer
            && HasAudience(claims)
            && claims.GetProperty("exp").GetInt64() > now
            && !(claims.TryGetProperty("nbf", out var notBefore) && notBefore.GetInt64() > now)
            && !(claims.TryGetProperty("iat", out var issuedAt) && issuedAt.GetInt64() > now);
    }

    // client_id is compared only if there is no aud.
    private bool HasAudience(JsonElement claims) =>
        !claims.TryGetProperty("aud", out var audience) ? _audience.Contains(Text(claims, "client_id"))
        : audience.ValueKind is JsonValueKind.Array ? audience.EnumerateArray().Any(one => _audience.Contains(one.GetString()))
        : _audience.Contains(audience.GetString());

    private async Task FetchAsync()
    {
        var metadata = await Http.GetFromJsonAsync<JsonElement>(new Uri($"{_issuer}/.well-known/openid-configuration"));
        var keySet = await Http.GetFromJsonAsync<JsonElement>(new Uri(metadata.GetProperty("jwks_uri").GetString()!));
        _keys = keySet.GetProperty("keys").EnumerateArray().ToDictionary(key => key.GetProperty("kid").GetString()!, key => RSA.Create(new RSAParameters
        {
            Modulus = Base64UrlEncoder.DecodeBytes(key.GetProperty("n").GetString()),
            Exponent = Base64UrlEncoder.DecodeBytes(key.GetProperty("e").GetString()),
        }));
        _fetchedAt = _time.GetUtcNow();
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
