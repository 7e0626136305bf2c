using System.Collections.Immutable;
using Api.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Api.Discovery;

/// <summary>The JWK Set that verifies access tokens (RFC 7517 §5).</summary>
internal sealed record JwkSet(IReadOnlyList<PublicKey> Keys)
{
    public static JwkSet From(ImmutableArray<SigningKey> keys) => new([.. keys.Select(PublicKey.From)]);
}

/// <summary>
/// A public JWK (RFC 7517 §4, RFC 7518 §6.3.1). It has no member for a private value. It omits members that some verifiers
/// reject, such as <c>key_ops</c> and <c>x5c</c>.
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
