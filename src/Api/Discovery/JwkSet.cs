using System.Collections.Immutable;
using Api.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Api.Discovery;

/// <summary>The JWK Set that verifies our tokens (RFC 7517 §5).</summary>
internal sealed record JwkSet(IReadOnlyList<PublicKey> Keys)
{
    public static JwkSet From(ImmutableArray<SigningKey> keys) => new([.. keys.Select(PublicKey.From)]);
}

/// <summary>
/// One JWK (RFC 7517 §4, RFC 7518 §6.3.1). There is no member for a private value, and none that some verifier is known to
/// stumble over, such as <c>key_ops</c> or <c>x5c</c>.
/// </summary>
internal sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string N, string E)
{
    public static PublicKey From(SigningKey key) => new(
        JsonWebAlgorithmsKeyTypes.RSA,
        JsonWebKeyUseNames.Sig,
        SecurityAlgorithms.RsaSha256,
        key.Kid,
        Base64UrlEncoder.Encode(key.Parameters.Modulus),
        Base64UrlEncoder.Encode(key.Parameters.Exponent));
}
