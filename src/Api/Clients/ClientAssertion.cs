using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Api.Configuration;
using Api.Foundation;
using Api.OAuth;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>A JWT with which a client authenticates (RFC 7523 §2.2), and the rules that do not depend on the client (§3).</summary>
internal sealed class ClientAssertion : PresentedCredentials
{
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private const int MaximumTokenIdLength = 256;

    /// <summary>The supported algorithms, without <c>none</c> and those with a shared secret (RFC 8725 §3.1, §3.2).</summary>
    public static readonly ImmutableArray<string> Algorithms =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    /// <summary>The tolerated difference between the clocks of client and server.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Limits the use of a stolen assertion, and the time for which its jti is stored.
    private static readonly TimeSpan MaximumLifetime = TimeSpan.FromMinutes(5);

    // RFC 7519 §5.1, and an explicit type (RFC 8725 §3.11).
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

    /// <summary>Null if there is no audience or more than one.</summary>
    public string? Audience { get; }

    public string TokenId { get; }

    /// <summary>The time from which the assertion is refused as expired.</summary>
    public DateTimeOffset EndsAt => DateTimeOffset.FromUnixTimeSeconds((long)Math.Ceiling(_expiresAt ?? 0)) + ClockSkew;

    /// <summary>Reads an assertion without checking any rule.</summary>
    public static bool TryParse(string jwt, [NotNullWhen(true)] out ClientAssertion? assertion)
    {
        try
        {
            assertion = StrictBase64Url.AreParts(jwt) && jwt.Split('.') is [var header, var payload, not ""]
                ? new(jwt, Parse(header), Parse(payload)) : null;
        }
        // InvalidOperationException: a member of the wrong type, or a string with invalid UTF-8 or a lone surrogate.
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            assertion = null;
        }

        return assertion is not null;
    }

    /// <summary>The first rule (RFC 7523 §3) that the assertion breaks; null if there is none.</summary>
    public string? FindFault(AuthorizationServerOptions server, DateTimeOffset time)
    {
        var now = time.ToUnixTimeMilliseconds() / 1000.0;
        var skew = ClockSkew.TotalSeconds;

        return
            !Algorithms.Contains(Algorithm) ? "The alg of the assertion is not supported."
            : _type is not null && !Types.Contains(_type, StringComparer.OrdinalIgnoreCase)
                ? "The typ of the assertion is not JWT or client-authentication+jwt."
            // RFC 7515 §4.1.11: this server supports no extension.
            : _hasCritical ? "The assertion has a crit, which is not supported."
            : ClientId is "" || _issuer != ClientId ? "The iss or the sub of the assertion is missing, or they differ."
            : Audience is null ? "The assertion has no aud or more than one."
            : Audience != server.Issuer && Audience != server.Issuer + EndpointPaths.Token
                ? "The aud of the assertion is neither the issuer nor the token endpoint."
            : _expiresAt is null ? "The assertion has no exp."
            : _expiresAt <= now - skew ? "The assertion has expired."
            : _expiresAt > now + MaximumLifetime.TotalSeconds + skew ? "The exp of the assertion is more than 5 minutes ahead."
            : _notBefore > now + skew || _issuedAt > now + skew ? "The nbf or iat of the assertion is in the future."
            : TokenId.Length is 0 or > MaximumTokenIdLength
                ? $"The jti of the assertion does not have 1 to {MaximumTokenIdLength} characters."
            : null;
    }

    private static JsonElement Parse(string part)
    {
        // Of a repeated member, two parsers may read different values.
        var json = JsonElement.Parse(Base64UrlEncoder.DecodeBytes(part), new() { AllowDuplicateProperties = false, MaxDepth = 8 });

        return json.ValueKind is JsonValueKind.Object ? json : throw new FormatException();
    }

    // Exactly one (draft-ietf-oauth-rfc7523bis): a server could use an assertion with several audiences at another one. The draft requires
    // the issuer; many clients send the token endpoint, as OpenID Connect Core 1.0 §9 requires.
    private static string? SoleAudience(JsonElement payload) =>
        !payload.TryGetProperty("aud", out var audience) ? null
        : audience.ValueKind is not JsonValueKind.Array ? audience.GetString()
        : audience.GetArrayLength() is 1 ? audience[0].GetString()
        : null;

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static double? Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetDouble() : null;
}
