using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Api.Configuration;
using Api.Foundation;
using Api.OAuth;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>The JWT that a client has signed to authenticate (RFC 7523 §2.2), and what must hold for it whoever has signed it (§3).</summary>
internal sealed class ClientAssertion : PresentedCredentials
{
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private const int MaximumTokenIdLength = 256;

    /// <summary>The algorithms that there are keys for; neither <c>none</c> nor one with a shared secret (RFC 8725 §3.1, §3.2).</summary>
    public static readonly ImmutableArray<string> Algorithms =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    /// <summary>How far the client's clock may be off.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // What was signed for later is what gets stolen; and so long its jti must be kept.
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    // RFC 7519 §5.1, and the explicit type that keeps other kinds of JWT out (RFC 8725 §3.11).
    private static readonly string[] Types = ["JWT", "client-authentication+jwt"];

    private readonly string? _type;
    private readonly bool _hasCritical;
    private readonly string? _issuer;
    private readonly double? _expiresAt;
    private readonly double? _notBefore;
    private readonly double? _issuedAt;

    private ClientAssertion(string jwt, JsonElement header, JsonElement payload)
        : base(Text(payload, "sub") ?? "", AuthenticationMethods.PrivateKeyJwt)
    {
        Jwt = jwt;
        Algorithm = Text(header, "alg") ?? "";
        KeyId = Text(header, "kid");
        _type = Text(header, "typ");
        _hasCritical = header.TryGetProperty("crit", out _);
        _issuer = Text(payload, "iss");
        Audience = SoleAudience(payload);
        _expiresAt = Number(payload, "exp");
        _notBefore = Number(payload, "nbf");
        _issuedAt = Number(payload, "iat");
        TokenId = Text(payload, "jti") ?? "";
    }

    public string Jwt { get; }

    public string Algorithm { get; }

    public string? KeyId { get; }

    /// <summary>Null where there is none, or more than one.</summary>
    public string? Audience { get; }

    public string TokenId { get; }

    /// <summary>The first second in which nobody accepts it any more.</summary>
    public DateTimeOffset EndsAt => DateTimeOffset.FromUnixTimeSeconds((long)Math.Ceiling(_expiresAt ?? 0)) + ClockSkew;

    /// <summary>Reads it, and believes nothing of it yet.</summary>
    public static bool TryParse(string jwt, [NotNullWhen(true)] out ClientAssertion? assertion)
    {
        try
        {
            assertion = StrictBase64Url.AreParts(jwt) && jwt.Split('.') is [var header, var payload, not ""]
                ? new(jwt, Parse(header), Parse(payload)) : null;
        }
        // InvalidOperationException: a member of another type, or a string that is no UTF-8 or half a surrogate pair.
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            assertion = null;
        }

        return assertion is not null;
    }

    /// <summary>The rule that it breaks (RFC 7523 §3); null where it breaks none.</summary>
    public string? FindFault(AuthorizationServerOptions server, DateTimeOffset time)
    {
        var now = time.ToUnixTimeMilliseconds() / 1000.0;
        var skew = ClockSkew.TotalSeconds;

        return
            !Algorithms.Contains(Algorithm) ? "The alg of the assertion is none of those for assertions."
            : _type is not null && !Types.Contains(_type, StringComparer.OrdinalIgnoreCase)
                ? "The typ of the assertion is that of something else."
            // RFC 7515 §4.1.11: there is no extension that this server understands.
            : _hasCritical ? "The assertion has a crit."
            : ClientId is "" || _issuer != ClientId ? "The iss or sub of the assertion is missing, or they differ."
            : Audience is null ? "The assertion has no aud, or several."
            : Audience != server.Issuer && Audience != server.Issuer + EndpointPaths.Token
                ? "The aud of the assertion is neither the issuer nor the token endpoint."
            : _expiresAt is null ? "The assertion has no exp."
            : _expiresAt <= now - skew ? "The assertion has expired."
            : _expiresAt > now + LongestLife.TotalSeconds + skew ? "The exp of the assertion is too far ahead."
            : _notBefore > now + skew || _issuedAt > now + skew ? "The nbf or iat of the assertion is in the future."
            : TokenId.Length is 0 or > MaximumTokenIdLength
                ? $"The jti of the assertion does not have 1 to {MaximumTokenIdLength} characters."
            : null;
    }

    private static JsonElement Parse(string part)
    {
        // Two readers of a member that occurs twice may each see another one.
        var json = JsonElement.Parse(Base64UrlEncoder.DecodeBytes(part), new() { AllowDuplicateProperties = false, MaxDepth = 8 });

        return json.ValueKind is JsonValueKind.Object ? json : throw new FormatException();
    }

    // One audience only (draft-ietf-oauth-rfc7523bis): the first server that gets an assertion for several could use it at the others.
    // That draft wants the issuer; the token endpoint is what OpenID Connect Core 1.0 §9 has asked for, and what many clients send.
    private static string? SoleAudience(JsonElement payload) =>
        !payload.TryGetProperty("aud", out var audience) ? null
        : audience.ValueKind is not JsonValueKind.Array ? audience.GetString()
        : audience.GetArrayLength() is 1 ? audience[0].GetString()
        : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static double? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetDouble() : null;
}
