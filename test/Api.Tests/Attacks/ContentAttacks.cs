using System.Text;
using static Api.Tests.Attacks.TokenRequest;

namespace Api.Tests.Attacks;

/// <summary>Token requests with another content type, with ambiguous JSON, or with another method.</summary>
internal static class ContentAttacks
{
    private const string JsonGrant = """{"grant_type":"client_credentials"}""";

    public static readonly Dictionary<string, TokenRequest> Requests = new()
    {
        // Content types
        ["content type empty"] = new(Grant) { Headers = Typed(" ") },
        ["content type of anything"] = new(Grant) { Headers = Typed("*/*") },
        ["content type of any application"] = new(Grant) { Headers = Typed("application/*") },
        ["content type in quotes"] = new(Grant) { Headers = Typed($"\"{Form}\"") },
        ["content type with a comment"] = new(Grant) { Headers = Typed($"{Form} (x)") },
        ["content types in a list"] = new(Grant) { Headers = Typed($"{Form}, application/json") },
        ["two content types"] = new(Grant) { Headers = Typed(Form, "application/json") },
        ["the same content type twice"] = new(Grant) { Headers = Typed(Form, Form) },
        ["form in parts"] = new("--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credentials\r\n--x--\r\n")
        {
            Headers = Typed("multipart/form-data; boundary=x"),
        },
        ["XML"] = new("<grant_type>client_credentials</grant_type>") { Headers = Typed("application/xml") },
        ["XML with an entity of a file"] = new(
            "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><grant_type>&f;</grant_type>")
        {
            Headers = Typed("text/xml"),
        },
        ["JSON as a form"] = new(JsonGrant),
        ["JSON of another kind"] = new(JsonGrant) { Headers = Typed("application/merge-patch+json") },
        ["JSON as text"] = new(JsonGrant) { Headers = Typed("text/json") },
        ["form as JSON"] = Json(Grant),

        // JSON
        ["JSON, grant_type twice"] = Json("""{"grant_type":"password","grant_type":"client_credentials"}"""),
        ["JSON, grant_type twice, one escaped"] = Json("""{"grant_type":"client_credentials","\u0067rant_type":"password"}"""),
        ["JSON, members twice within"] = Json("""{"grant_type":"client_credentials","x":{"a":1,"a":2}}"""),
        ["JSON, grant_type in capitals"] = Json("""{"GRANT_TYPE":"client_credentials"}"""),
        ["JSON, grant_type as an object"] = Json("""{"grant_type":{"$ne":null}}"""),
        ["JSON, grant_type of the prototype"] = Json("""{"__proto__":{"grant_type":"client_credentials"}}"""),
        ["JSON, scope true"] = Json("""{"grant_type":"client_credentials","scope":true}"""),
        ["JSON, null character"] = Json("""{"grant_type":"client_credentials\u0000"}""", "unsupported_grant_type"),
        ["JSON, raw null character"] = Json("{\"grant_type\":\"client_credentials\0\"}"),
        ["JSON, raw line break"] = Json("{\"grant_type\":\"client_credentials\n\"}"),
        ["JSON, half a surrogate pair"] = Json("""{"grant_type":"client_credentials\udc00"}"""),
        ["JSON, overlong in UTF-8"] = Json([.. "{\"grant_type\":\"client"u8, 0xC1, 0x9F, .. "credentials\"}"u8]),
        ["JSON with a byte order mark"] = Json("\uFEFF" + JsonGrant),
        ["JSON in UTF-16"] = Json(Encoding.Unicode.GetBytes(JsonGrant)),
        ["JSON that goes on"] = Json(JsonGrant + "{}"),
        ["JSON in lines"] = Json($"{JsonGrant}\n{JsonGrant}"),
        ["JSON in a list"] = Json($"[{JsonGrant}]"),
        ["JSON with a comment"] = Json("/**/" + JsonGrant),
        ["JSON with NaN"] = Json("""{"grant_type":"client_credentials","x":NaN}"""),
        ["JSON, a list of 8,000 levels"] = Json(new string('[', 8_000) + new string(']', 8_000)),
        ["JSON, an object of 2,000 levels"] = Json(
            $"{string.Concat(Enumerable.Repeat("{\"x\":", 2_000))}1{new string('}', 2_000)}"),

        // Methods
        ["GET"] = new("", 405) { Method = "GET", Query = $"?{Grant}" },
        ["GET that says that it is POST"] = new(Grant, 405)
        {
            Method = "GET",
            Headers = With(("X-HTTP-Method-Override", "POST")),
        },
        ["GET that says so in other words"] = new(Grant, 405)
        {
            Method = "GET",
            Query = "?_method=POST",
            Headers = With(("X-HTTP-Method", "POST"), ("X-Method-Override", "POST")),
        },
        ["TRACE"] = new("", 405) { Method = "TRACE" },
        ["CONNECT"] = new("", 405) { Method = "CONNECT" },
        ["HEAD"] = new("", 405) { Method = "HEAD" },
        ["PATCH"] = new(Grant, 405) { Method = "PATCH" },
        ["POST with a space"] = new(Grant, 405) { Method = "POST " },
        ["a method that nobody knows"] = new(Grant, 405) { Method = "TOKEN" },
    };
}
