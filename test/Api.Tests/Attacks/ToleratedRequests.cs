using static Api.Tests.Attacks.TokenRequest;

namespace Api.Tests.Attacks;

/// <summary>Unusual requests that are accepted on purpose. Each asks for the scope USER and gets it.</summary>
internal static class ToleratedRequests
{
    public static readonly Dictionary<string, TokenRequest> All = new()
    {
        // RFC 6749 §3.2: unknown parameters are ignored. Names are case-sensitive.
        ["parameter that differs in case"] = Ok($"{Grant}&scope=USER&SCOPE=ADMIN&Grant_Type=password"),
        ["parameter of a framework"] = Ok($"{Grant}&scope=USER&_method=DELETE&__proto__=x"),
        ["100 parameters"] = Ok($"{Grant}&scope=USER{string.Concat(Enumerable.Range(1, 98).Select(number => $"&{number}"))}"),
        ["parameter without a value ahead of others"] = Ok($"x&{Grant}&y&scope=USER&z"),
        ["parameter without a name"] = Ok($"=x&{Grant}&scope=USER"),
        ["separators that part nothing"] = Ok($"&&{Grant}&&&scope=USER&"),
        ["JSON, member that differs in case"] = OkJson("\"SCOPE\":\"ADMIN\""),
        ["JSON, escaped name"] = Ok("""{"grant_typ\u0065":"client_credentials","scope":"USER"}""", "application/json"),
        ["JSON, number of 1e400"] = OkJson("\"x\":1e400"),
        ["JSON, 1,000 members"] = OkJson(string.Join(',', Enumerable.Range(0, 1_000).Select(number => $"\"{number}\":1"))),
        // RFC 6749 §2.3.1: parameters are read from the body only. The query is ignored.
        ["other scope in the query"] = Ok($"{Grant}&scope=USER") with { Query = "?scope=ADMIN" },
        ["other grant_type in the query"] = Ok($"{Grant}&scope=USER") with { Query = "?grant_type=password&client_id=other" },
        // RFC 6749 appendix B: a form is in UTF-8. The charset parameter is ignored; old clients send ISO-8859-1.
        ["charset of old clients"] = Ok($"{Grant}&scope=USER", $"{Form}; charset=ISO-8859-1"),
        ["charset that is not the body's"] = Ok($"{Grant}&scope=USER", $"{Form}; charset=utf-16"),
        ["boundary of nothing"] = Ok($"{Grant}&scope=USER", $"{Form}; boundary"),
        ["content type in capitals"] = Ok($"{Grant}&scope=USER", "APPLICATION/X-WWW-FORM-URLENCODED"),
        // These headers are not read.
        ["method override"] = Ok($"{Grant}&scope=USER") with { Headers = With(("X-HTTP-Method-Override", "GET")) },
        // The router ignores the case of methods. The checks are the same.
        ["method in small letters"] = Ok($"{Grant}&scope=USER") with { Method = "post" },
        ["white space around credentials"] = Ok($"{Grant}&scope=USER") with { Headers = Authorized("Basic  {basic} ") },
    };

    private static TokenRequest OkJson(string members) =>
        Ok($$"""{"grant_type":"client_credentials","scope":"USER",{{members}}}""", "application/json");

    private static TokenRequest Ok(string body, string contentType = Form) =>
        new(body, 200, "") { Headers = Typed(contentType) };
}
