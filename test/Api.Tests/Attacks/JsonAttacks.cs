using System.Text;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Attacks.SerializationAttacks;

namespace Api.Tests.Attacks;

/// <summary>
/// Tokens whose JSON is ambiguous or malformed (RFC 8725 §2.4, RFC 7515 §4). They are signed with the server's key, unless the name says
/// otherwise, so that only the JSON can be the reason for the refusal.
/// </summary>
internal static class JsonAttacks
{
    public static readonly Dictionary<string, Func<TokenForge, string>> Tokens = new()
    {
        ["header is a list"] = forge => forge.SignText(header: $"[{forge.HeaderText}]"),
        ["header is a text"] = forge => forge.SignText(header: "\"RS256\""),
        ["header is null"] = forge => forge.SignText(header: "null"),
        ["header is empty"] = forge => forge.SignText(header: "{}"),
        ["header ends early"] = forge => forge.SignText(header: forge.HeaderText[..^1]),
        ["header goes on"] = forge => forge.SignText(header: forge.HeaderText + "{}"),
        ["header has a comment"] = forge => forge.SignText(header: "/**/" + forge.HeaderText),
        ["header has single quotes"] = forge => forge.SignText(header: forge.HeaderText.Replace('"', '\'')),
        ["header has a byte order mark"] = forge => forge.SignText(header: "\uFEFF" + forge.HeaderText),
        ["header in UTF-16"] = forge => Bytes(forge, header: Encoding.Unicode.GetBytes(forge.HeaderText)),
        ["header is no UTF-8"] = forge => Bytes(forge, header: NoUtf8(forge.HeaderText)),
        ["header is no UTF-8 and signed with another key"] =
            forge => Bytes(forge, header: NoUtf8(forge.HeaderText), foreign: true),
        ["header has half a surrogate pair"] = forge => forge.SignText(header: With(forge.HeaderText, "\"x\":\"\\ud800\"")),
        ["header of 2,000 levels"] = forge => forge.SignText(header: With(forge.HeaderText, $"\"x\":{Deep(2_000)}")),
        ["header of 2,000 levels, signed with another key"] =
            forge => forge.SignText(header: With(forge.HeaderText, $"\"x\":{Deep(2_000)}"), key: TestKeys.Foreign),
        ["header with alg twice, none first"] = forge => forge.SignText(header: $$"""{"alg":"none",{{forge.HeaderText[1..]}}"""),
        ["header with alg twice, none last"] = forge => forge.SignText(header: With(forge.HeaderText, "\"alg\":\"none\"")),
        ["header with alg twice, none first and no signature"] =
            forge => Unsigned($$"""{"alg":"none",{{forge.HeaderText[1..]}}""", forge.PayloadText),
        ["header with alg twice, none last and no signature"] =
            forge => Unsigned(With(forge.HeaderText, "\"alg\":\"none\""), forge.PayloadText),
        ["header with alg escaped and none"] = forge => Unsigned("{\"\\u0061lg\":\"none\",\"typ\":\"JWT\"}", forge.PayloadText),
        ["header with kid twice"] =
            forge => forge.SignText(header: With(forge.HeaderText, $"\"kid\":\"{TestKeys.Foreign.Kid}\""), key: TestKeys.Foreign),
        ["header with typ twice"] = forge => forge.SignText(header: With(forge.HeaderText, "\"typ\":\"at+jwt\"")),
        ["header with crit that nobody knows"] =
            forge => forge.SignText(header: With(forge.HeaderText, "\"crit\":[\"x\"],\"x\":1")),
        ["header with crit and exp"] = forge => forge.SignText(header: With(forge.HeaderText, "\"crit\":[\"exp\"],\"exp\":1")),
        ["header with crit, escaped"] = forge => forge.SignText(header: With(forge.HeaderText, "\"cr\\u0069t\":[\"x\"],\"x\":1")),
        ["header with crit empty"] = forge => forge.SignText(header: With(forge.HeaderText, "\"crit\":[]")),
        ["header with crit as text"] = forge => forge.SignText(header: With(forge.HeaderText, "\"crit\":\"x\"")),
        ["header with crit null"] = forge => forge.SignText(header: With(forge.HeaderText, "\"crit\":null")),
        ["header with b64 false"] = forge => forge.SignText(header: With(forge.HeaderText, "\"b64\":false,\"crit\":[\"b64\"]")),
        ["header with b64 false, payload as it is"] = forge => forge.SignParts(
            TokenForge.Encode(With(forge.HeaderText, "\"b64\":false,\"crit\":[\"b64\"]")), forge.PayloadText.Replace('.', '-')),
        ["payload is a list"] = forge => forge.SignText(payload: $"[{forge.PayloadText}]"),
        ["payload is a text"] = forge => forge.SignText(payload: "\"USER\""),
        ["payload is a number"] = forge => forge.SignText(payload: "1"),
        ["payload is null"] = forge => forge.SignText(payload: "null"),
        ["payload ends early"] = forge => forge.SignText(payload: forge.PayloadText[..^1]),
        ["payload goes on"] = forge => forge.SignText(payload: forge.PayloadText + forge.PayloadText),
        ["payload has a comma too many"] = forge => forge.SignText(payload: forge.PayloadText[..^1] + ",}"),
        ["payload has NaN"] = forge => forge.SignText(payload: With(forge.PayloadText, "\"x\":NaN")),
        ["payload has a byte order mark"] = forge => forge.SignText(payload: "\uFEFF" + forge.PayloadText),
        ["payload in UTF-16"] = forge => Bytes(forge, payload: Encoding.Unicode.GetBytes(forge.PayloadText)),
        ["payload is no UTF-8"] = forge => Bytes(forge, payload: NoUtf8(forge.PayloadText)),
        ["payload has half a surrogate pair"] = forge => forge.SignText(payload: With(forge.PayloadText, "\"x\":\"\\ud800\"")),
        ["payload of 2,000 levels"] = forge => forge.SignText(payload: With(forge.PayloadText, $"\"x\":{Deep(2_000)}")),
        ["payload of 2,000 levels, signed with another key"] =
            forge => forge.SignText(payload: With(forge.PayloadText, $"\"x\":{Deep(2_000)}"), key: TestKeys.Foreign),
        ["payload with iss twice, another last"] =
            forge => forge.SignText(payload: With(forge.PayloadText, "\"iss\":\"https://other.example\"")),
        ["payload with iss twice, another first"] =
            forge => forge.SignText(payload: $$"""{"iss":"https://other.example",{{forge.PayloadText[1..]}}"""),
        ["payload with aud twice"] = forge => forge.SignText(payload: With(forge.PayloadText, "\"aud\":\"other\"")),
        ["payload with exp twice, the good one last"] =
            forge => forge.SignText(payload: $$"""{"exp":1,{{forge.PayloadText[1..]}}"""),
        ["payload with scope twice"] = forge => forge.SignText(payload: With(forge.PayloadText, "\"scope\":\"NONE\"")),
        ["payload with sub twice"] = forge => forge.SignText(payload: With(forge.PayloadText, "\"sub\":\"other\"")),
    };

    private static string Unsigned(string header, string payload) => $"{TokenForge.Encode(header)}.{TokenForge.Encode(payload)}.";

    private static string Bytes(TokenForge forge, byte[]? header = null, byte[]? payload = null, bool foreign = false) =>
        forge.SignParts(
            header is null ? TokenForge.Encode(forge.HeaderText) : Base64UrlEncoder.Encode(header),
            payload is null ? TokenForge.Encode(forge.PayloadText) : Base64UrlEncoder.Encode(payload),
            foreign ? TestKeys.Foreign : null);

    private static byte[] NoUtf8(string json) => [.. "{\"x\":\""u8, 0xC3, 0x28, .. "\","u8, .. Encoding.UTF8.GetBytes(json)[1..]];

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);
}
