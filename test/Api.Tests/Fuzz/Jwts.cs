using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Fuzz;

/// <summary>Makes random changes to JWTs (RFC 7519).</summary>
internal static class Jwts
{
    public static readonly string[] Words =
    [
        "alg", "none", "HS256", "RS256", "PS256", "ES256", "kid", "typ", "JWT", "at+jwt", "crit", "b64", "zip", "cty", "jku", "jwk", "x5c",
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id", "USER", "ADMIN", "{\"a\":1}", "[\"a\"]",
        "\"x\":1,",
    ];

    /// <summary>Changes the token as text, or the bytes of its parts, without signing it again.</summary>
    public static string Mutate(Mutator mutator, string jwt)
    {
        var parts = jwt.Split('.');

        foreach (var part in mutator.Choose<int[]>([], [0], [1], [2], [0, 1]))
        {
            parts[part] = Base64UrlEncoder.Encode(mutator.Mutate(Base64UrlEncoder.DecodeBytes(parts[part])));
        }

        var mutated = string.Join('.', parts);

        return mutated == jwt || mutator.Choose(true, false) ? mutator.Mutate(mutated) : mutated;
    }

    /// <summary>Changes the JSON of header and payload, which the caller signs.</summary>
    public static (string Header, string Payload) MutateContent(Mutator mutator, string jwt) => mutator.Choose(0, 1, 2) switch
    {
        0 => (mutator.Mutate(Text(jwt, 0)), Text(jwt, 1)),
        1 => (Text(jwt, 0), mutator.Mutate(Text(jwt, 1))),
        _ => (mutator.Mutate(Text(jwt, 0)), mutator.Mutate(Text(jwt, 1))),
    };

    /// <summary>Whether header, payload and signature are the same. A signature has several encodings (RFC 4648 §3.5).</summary>
    public static bool AreSame(string one, string other)
    {
        var (first, second) = (one.LastIndexOf('.'), other.LastIndexOf('.'));

        return first > 0 && second > 0 && one[..first] == other[..second] && Bytes(one[(first + 1)..]) == Bytes(other[(second + 1)..]);
    }

    private static string Text(string jwt, int part) => Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(jwt.Split('.')[part]));

    private static string Bytes(string signature)
    {
        try
        {
            return Convert.ToHexString(Base64UrlEncoder.DecodeBytes(signature));
        }
        catch (FormatException)
        {
            return signature;
        }
    }
}
