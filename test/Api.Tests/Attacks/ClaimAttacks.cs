using System.Text.Json.Nodes;
using Api.Tests.Support;

namespace Api.Tests.Attacks;

/// <summary>
/// Tokens that are signed with the server's key but have other claims (RFC 7519 §4.1, RFC 9068 §2.2).
/// </summary>
internal static class ClaimAttacks
{
    /// <summary>Tokens that are refused because of their times.</summary>
    public static readonly Dictionary<string, Func<TokenForge, string>> Untimely = new()
    {
        ["exp in the past"] = forge => Claim(forge, "exp", forge.Now - 661),
        ["exp missing"] = forge => forge.Sign(payload => payload.Remove("exp")),
        ["exp missing like everything else"] = forge => forge.SignText(payload: "{}"),
        ["exp missing with the payload"] = forge => forge.SignParts(TokenForge.Encode(forge.Header("RS256")), ""),
        ["exp twice, the past one last"] =
            forge => forge.SignText(payload: SerializationAttacks.With(forge.PayloadText, "\"exp\":1")),
        ["exp is 0"] = forge => Claim(forge, "exp", 0),
        ["exp negative"] = forge => Claim(forge, "exp", -1),
        ["exp negative beyond every date"] = forge => Claim(forge, "exp", long.MinValue),
        ["exp with fractions in the past"] = forge => Text(forge, "exp", "1500000000.5"),
        ["exp with an exponent in the past"] = forge => Text(forge, "exp", "1.5e9"),
        ["nbf in the future"] = forge => Claim(forge, "nbf", forge.Now + 661),
        ["nbf after every date"] = forge => Claim(forge, "nbf", long.MaxValue),
    };

    /// <summary>Tokens that are refused for any other reason.</summary>
    public static readonly Dictionary<string, Func<TokenForge, string>> Tokens = new()
    {
        ["exp null"] = forge => Claim(forge, "exp", null),
        ["exp as text"] = forge => Claim(forge, "exp", "tomorrow"),
        ["exp as a number in text"] = forge => Claim(forge, "exp", $"{forge.Now + 60}"),
        ["exp as a date"] = forge => Claim(forge, "exp", "2099-01-01T00:00:00Z"),
        ["exp true"] = forge => Claim(forge, "exp", true),
        ["exp as a list"] = forge => Claim(forge, "exp", new JsonArray(forge.Now + 60)),
        ["exp as an object"] = forge => Claim(forge, "exp", new JsonObject { ["x"] = forge.Now + 60 }),
        ["exp of 1e400"] = forge => Text(forge, "exp", "1e400"),
        ["exp of -1e400"] = forge => Text(forge, "exp", "-1e400"),
        ["exp of 1e300"] = forge => Text(forge, "exp", "1e300"),
        ["exp beyond 64 bits"] = forge => Text(forge, "exp", "99999999999999999999"),
        ["nbf as text"] = forge => Claim(forge, "nbf", "yesterday"),
        ["nbf of 1e400"] = forge => Text(forge, "nbf", "1e400"),
        ["iat as text"] = forge => Claim(forge, "iat", "yesterday"),
        ["other iss"] = forge => Claim(forge, "iss", "https://other.example"),
        ["iss with slash"] = forge => Claim(forge, "iss", forge.Issuer + "/"),
        ["iss with a space"] = forge => Claim(forge, "iss", forge.Issuer + " "),
        ["iss with a null character"] = forge => Claim(forge, "iss", forge.Issuer + "\0"),
        ["iss of another case"] = forge => Claim(forge, "iss", forge.Issuer.ToUpperInvariant()),
        ["iss of another scheme"] = forge => Claim(forge, "iss", forge.Issuer.Replace("http", "ldap", StringComparison.Ordinal)),
        ["iss that begins like ours"] = forge => Claim(forge, "iss", forge.Issuer + ".attacker.example"),
        ["iss missing"] = forge => forge.Sign(payload => payload.Remove("iss")),
        ["iss under another name"] = forge => Renamed(forge, "iss", "Iss"),
        ["iss null"] = forge => Claim(forge, "iss", null),
        ["iss empty"] = forge => Claim(forge, "iss", ""),
        ["iss as a list"] = forge => Claim(forge, "iss", new JsonArray(forge.Issuer)),
        ["iss as a list of several"] = forge => Claim(forge, "iss", new JsonArray("https://other.example", forge.Issuer)),
        ["iss as an object"] = forge => Claim(forge, "iss", new JsonObject { ["iss"] = forge.Issuer }),
        ["other aud"] = forge => Claim(forge, "aud", "other"),
        ["other aud with line breaks"] = forge => Claim(forge, "aud", $"other\r\n{Injection.Marker}"),
        ["aud as a list of others"] = forge => Claim(forge, "aud", new JsonArray("other", "another")),
        ["aud that ours begins with"] = forge => Claim(forge, "aud", "ap"),
        ["aud that begins like ours"] = forge => Claim(forge, "aud", "apis"),
        ["aud with slash"] = forge => Claim(forge, "aud", "api/"),
        ["aud with a space"] = forge => Claim(forge, "aud", "api "),
        ["aud with a null character"] = forge => Claim(forge, "aud", "api\0"),
        ["aud of another case"] = forge => Claim(forge, "aud", "API"),
        ["aud with ours among words"] = forge => Claim(forge, "aud", "other api"),
        ["aud missing"] = forge => forge.Sign(payload => payload.Remove("aud")),
        ["aud missing and client_id like it"] = forge => forge.Sign(payload =>
        {
            payload.Remove("aud");
            payload["client_id"] = "api";
        }),
        ["aud under another name"] = forge => Renamed(forge, "aud", "Aud"),
        ["aud null"] = forge => Claim(forge, "aud", null),
        ["aud empty"] = forge => Claim(forge, "aud", ""),
        ["aud as an empty list"] = forge => Claim(forge, "aud", new JsonArray()),
        ["aud as a list in a list"] = forge => Claim(forge, "aud", new JsonArray(new JsonArray("api"))),
        ["aud as an object"] = forge => Claim(forge, "aud", new JsonObject { ["api"] = "api" }),
        ["aud true"] = forge => Claim(forge, "aud", true),
        ["sub missing"] = forge => forge.Sign(payload => payload.Remove("sub")),
        ["sub null"] = forge => Claim(forge, "sub", null),
        ["sub as a list"] = forge => Claim(forge, "sub", new JsonArray("client", "other")),
        ["sub as an object"] = forge => Claim(forge, "sub", new JsonObject { ["sub"] = "client" }),
        ["sub as a number"] = forge => Claim(forge, "sub", 1),
        ["typ of RFC 9068"] = forge => Type(forge, "at+jwt"),
        ["typ of RFC 9068 in full"] = forge => Type(forge, "application/at+jwt"),
        ["typ of a DPoP proof"] = forge => Type(forge, "dpop+jwt"),
        ["typ of an ID token"] = forge => Type(forge, "id+jwt"),
        ["typ of a logout token"] = forge => Type(forge, "logout+jwt"),
        ["typ of a client's assertion"] = forge => Type(forge, "client-authentication+jwt"),
        ["typ JWE"] = forge => Type(forge, "JWE"),
        ["typ JWT in full"] = forge => Type(forge, "application/jwt"),
        ["typ JWT in small letters"] = forge => Type(forge, "jwt"),
        ["typ JWT with a space"] = forge => Type(forge, "JWT "),
        ["typ missing"] = forge => forge.Sign(header: header => header.Remove("typ")),
        ["typ null"] = forge => Type(forge, null),
        ["typ empty"] = forge => Type(forge, ""),
        ["typ as a list"] = forge => Type(forge, new JsonArray("JWT")),
        // The library parses the actor as a token, and accepts only one.
        ["two actors"] = forge => Claim(
            forge, "http://schemas.xmlsoap.org/ws/2009/09/identity/claims/actor", new JsonArray(forge.Sign(), forge.Sign())),
    };

    /// <summary>Tokens whose scope is not a string (RFC 8693 §4.2).</summary>
    public static readonly Dictionary<string, Func<TokenForge, string>> Scopes = new()
    {
        ["scope as a list"] = forge => Claim(forge, "scope", new JsonArray("USER", "ADMIN")),
        ["scope as a list of one"] = forge => Claim(forge, "scope", new JsonArray("USER ADMIN")),
        ["scope as a list in a list"] = forge => Claim(forge, "scope", new JsonArray(new JsonArray("USER", "ADMIN"))),
        ["scope as an object"] = forge => Claim(forge, "scope", new JsonObject { ["USER"] = true, ["ADMIN"] = true }),
        ["scope true"] = forge => Claim(forge, "scope", true),
        ["scope as a number"] = forge => Claim(forge, "scope", 1),
    };

    private static string Claim(TokenForge forge, string name, JsonNode? value) => forge.Sign(payload => payload[name] = value);

    private static string Type(TokenForge forge, JsonNode? type) => forge.Sign(header: header => header["typ"] = type);

    private static string Renamed(TokenForge forge, string name, string other) => forge.Sign(payload =>
    {
        payload[other] = payload[name]!.DeepClone();
        payload.Remove(name);
    });

    // Numbers that a JSON writer would not write.
    private static string Text(TokenForge forge, string name, string number)
    {
        var payload = forge.Payload("USER ADMIN");
        payload.Remove(name);

        return forge.SignText(payload: SerializationAttacks.With(payload.ToJsonString(), $"\"{name}\":{number}"));
    }
}
