using System.IO.Compression;
using System.Text;
using static Api.Tests.Attacks.TokenRequest;

namespace Api.Tests.Attacks;

/// <summary>Ambiguous forms: parameters (RFC 6749 §3.2), their values and encodings.</summary>
internal static class FormAttacks
{
    public static readonly Dictionary<string, TokenRequest> Requests = new()
    {
        // Parameters
        ["grant_type twice, one escaped"] = new($"{Grant}&%67rant_type=password"),
        ["grant_type twice, one empty"] = new($"{Grant}&grant_type="),
        ["grant_type twice, one without value"] = new($"{Grant}&grant_type"),
        ["scope twice, one escaped"] = new($"{Grant}&scope=USER&sc%6Fpe=ADMIN"),
        ["client_id twice"] = new($"{Grant}&client_id={{id}}&client_id=other"),
        ["unknown parameter twice"] = new($"{Grant}&x&x"),
        ["grant_type capitalized"] = new("Grant_Type=client_credentials"),
        ["grant_type of a list"] = new("grant_type[]=client_credentials"),
        ["grant_type with an index"] = new("grant_type[0]=client_credentials"),
        ["grant_type of an object"] = new("token[grant_type]=client_credentials"),
        ["grant_type with a dot"] = new("grant.type=client_credentials"),
        ["grant_type behind a space"] = new("+grant_type=client_credentials"),
        ["grant_type ahead of a space"] = new("grant_type%20=client_credentials"),
        ["grant_type ahead of a null character"] = new("grant_type%00=client_credentials"),
        ["grant_type behind a semicolon"] = new($"scope=USER;{Grant}"),
        ["grant_type in the query alone"] = new("") { Query = $"?{Grant}" },
        ["client_id of another client in the query"] = new($"{Grant}&client_id=other") { Query = "?client_id={id}" },
        ["scope twice, one behind a parameter without value"] = new($"{Grant}&scope=USER&x&scope=ADMIN"),
        ["101 parameters"] = new(Grant + string.Concat(Enumerable.Range(1, 100).Select(number => $"&{number}"))),
        ["4,000 parameters"] = new(Grant + string.Concat(Enumerable.Range(1, 4_000).Select(number => $"&{number:x}"))),
        ["grant_type behind a question mark"] = new($"?{Grant}"),
        ["8,000 separators"] = new(new string('&', 8_000)),

        // Values
        ["value with a null character"] = new($"{Grant}%00", error: "unsupported_grant_type"),
        ["value with a null character and more"] = new($"{Grant}%00password", error: "unsupported_grant_type"),
        ["value with a raw null character"] = new($"{Grant}\0", error: "unsupported_grant_type"),
        ["value with %u escapes"] = new("grant_type=client%u005Fcredentials", error: "unsupported_grant_type"),
        ["value escaped twice"] = new("grant_type=client%255Fcredentials", error: "unsupported_grant_type"),
        ["value with half an escape"] = new("grant_type=client_credentials%", error: "unsupported_grant_type"),
        ["value with another half of an escape"] = new("grant_type=client_credentials%4", error: "unsupported_grant_type"),
        ["value overlong in UTF-8"] = new("grant_type=client%C1%9Fcredentials", error: "unsupported_grant_type"),
        ["value overlong in raw UTF-8"] = new([.. "grant_type=client"u8, 0xC1, 0x9F, .. "credentials"u8], 400, "invalid_request"),
        ["value with a fullwidth character"] = new("grant_type=client%EF%BC%BFcredentials", error: "unsupported_grant_type"),
        ["value with an invisible character"] = new($"{Grant}%E2%80%8B", error: "unsupported_grant_type"),
        ["value as a list"] = new($"{Grant},password", error: "unsupported_grant_type"),
        ["scope overlong in UTF-8"] = new($"{Grant}&scope=%C1%95SER", error: "invalid_scope"),
        ["scope with half a surrogate pair"] = new($"{Grant}&scope=%ED%A0%80", error: "invalid_scope"),
        ["scope with a null character"] = new($"{Grant}&scope=USER%00", error: "invalid_scope"),
        ["scope with a comma"] = new($"{Grant}&scope=USER,ADMIN", error: "invalid_scope"),
        ["scope that is everything"] = new($"{Grant}&scope=*", error: "invalid_scope"),
        ["scopes, thousands"] = new($"{Grant}&scope={string.Join('+', Enumerable.Range(0, 2_000))}", error: "invalid_scope"),

        // Encodings
        ["byte order mark"] = new("\uFEFF" + Grant),
        ["UTF-16"] = new(Encoding.Unicode.GetBytes(Grant), 400, "invalid_request") { Headers = Typed($"{Form}; charset=utf-16") },
        ["UTF-16 the other way"] = new(Encoding.BigEndianUnicode.GetBytes(Grant), 400, "invalid_request"),
        ["UTF-32"] = new(Encoding.UTF32.GetBytes(Grant), 400, "invalid_request"),
        ["UTF-7"] = new("grant+AF8-type=client+AF8-credentials") { Headers = Typed($"{Form}; charset=utf-7") },
        ["gzip that says so"] = new(Gzip(Grant), 415, "invalid_request") { Headers = With(("Content-Encoding", "gzip")) },
        ["gzip that does not say so"] = new(Gzip(Grant), 400, "invalid_request"),
        ["no gzip that says that it is"] = new(Grant, 415) { Headers = With(("Content-Encoding", "gzip")) },
        ["no deflate that says that it is"] = new(Grant, 415) { Headers = With(("Content-Encoding", "identity, deflate")) },
        ["no Brotli that says that it is"] = new(Grant, 415) { Headers = With(("Content-Encoding", "br")) },
    };

    private static byte[] Gzip(string text)
    {
        using var compressed = new MemoryStream();

        using (var gzip = new GZipStream(compressed, CompressionMode.Compress))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
