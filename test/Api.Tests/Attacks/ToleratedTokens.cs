using System.Text.Json.Nodes;
using Api.Tests.Support;
using static Api.Tests.Attacks.SerializationAttacks;

namespace Api.Tests.Attacks;

/// <summary>Unusual tokens that are accepted on purpose. They are signed with the server's key, and give an attacker nothing.</summary>
internal static class ToleratedTokens
{
    public static readonly Dictionary<string, Func<TokenForge, string>> All = new()
    {
        // RFC 7515 §4: unknown header parameters are ignored unless crit names them. Keys in the header are not used.
        ["header with a member of its own"] = forge => forge.Sign(header: header => header["x"] = "y"),
        ["header with jku, which nobody follows"] =
            forge => forge.Sign(header: header => header["jku"] = "https://attacker.example/jwks.json"),
        ["header with zip, which is of RFC 7516 alone"] = forge => forge.Sign(header: header => header["zip"] = "DEF"),
        ["header with cty"] = forge => forge.Sign(header: header => header["cty"] = "JWT"),
        // RFC 8259 §2, §7: other forms of the same JSON.
        ["white space around members"] = forge => forge.SignText(
            forge.HeaderText.Replace(",", " ,\r\n\t", StringComparison.Ordinal),
            forge.PayloadText.Replace(",", " ,\r\n\t", StringComparison.Ordinal)),
        ["escaped member names"] = forge => forge.SignText(
            forge.HeaderText.Replace("alg", "\\u0061lg", StringComparison.Ordinal),
            forge.PayloadText.Replace("iss", "i\\u0073s", StringComparison.Ordinal)),
        // RFC 7519 §2: a NumericDate can have fractions and any value. No token is accepted after its key is removed.
        ["exp with fractions"] = forge => Exp(forge, $"{forge.Now + 60}.5"),
        ["exp with an exponent"] = forge => Exp(forge, "4.1e9"),
        ["exp after every date"] = forge => Exp(forge, "253402300800"),
        ["exp of 63 bits"] = forge => Exp(forge, $"{long.MaxValue}"),
        ["nbf before every date"] = forge => forge.Sign(payload => payload["nbf"] = long.MinValue),
        // RFC 7519 §4.1.6: iat tells the age of a token. No check depends on it.
        ["iat in the future"] = forge => forge.Sign(payload => payload["iat"] = forge.Now + 661),
        // RFC 7519 §4.1.3: the audience can be a list that contains this one.
        ["aud as a list with ours"] = forge => forge.Sign(payload => payload["aud"] = new JsonArray("other", "api")),
        // Unknown claims. Names are case-sensitive (RFC 7519 §10.1.1).
        ["claims that differ from ours in case"] = forge => forge.Sign(payload =>
        {
            payload["Iss"] = "https://other.example";
            payload["AUD"] = "other";
            payload["Exp"] = 1;
        }),
        ["claim of 60 levels"] = forge => Claim(forge, new string('[', 60) + new string(']', 60)),
        ["claim with a number of 5,000 digits"] = forge => Claim(forge, new string('9', 5_000)),
        ["claim with a number of 1e400"] = forge => Claim(forge, "1e400"),
    };

    private static string Claim(TokenForge forge, string json) =>
        forge.SignText(payload: With(forge.PayloadText, $"\"x\":{json}"));

    private static string Exp(TokenForge forge, string number) =>
        forge.SignText(payload: With(Without(forge.Payload("USER ADMIN"), "exp").ToJsonString(), $"\"exp\":{number}"));

    private static JsonObject Without(JsonObject payload, string name)
    {
        payload.Remove(name);

        return payload;
    }
}
