using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Support;

/// <summary>Makes valid and invalid client assertions, each with a unique jti.</summary>
internal sealed class AssertionForge(string clientId, ClientKeyPair key, string algorithm, DateTimeOffset now)
{
    public long Now { get; } = now.ToUnixTimeSeconds();

    /// <summary>A valid assertion with these changes.</summary>
    public string Sign(Action<JsonObject>? payload = null, Action<JsonObject>? header = null, ClientKeyPair? key = null)
    {
        var (head, body) = (Header(), Payload());
        header?.Invoke(head);
        payload?.Invoke(body);

        return SignText(head.ToJsonString(), body.ToJsonString(), key, (string?)head["alg"]);
    }

    /// <summary>An assertion with this text inserted into its header or payload.</summary>
    public string SignWith(string header = "", string payload = "") => SignText(
        Header().ToJsonString().Insert(1, header), Payload().ToJsonString().Insert(1, payload), null, algorithm);

    public string Unsigned(string name) => $"{Encode(Header(name).ToJsonString())}.{Encode(Payload().ToJsonString())}.";

    public string Hmac(byte[] secret)
    {
        var content = Unsigned("HS256")[..^1];

        return $"{content}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}";
    }

    public string SignText(string header, string payload, ClientKeyPair? other = null, string? name = null)
    {
        var content = $"{Encode(header)}.{Encode(payload)}";

        return $"{content}.{Base64UrlEncoder.Encode((other ?? key).Sign(name ?? algorithm, Encoding.ASCII.GetBytes(content)))}";
    }

    private JsonObject Header(string? name = null) => new() { ["alg"] = name ?? algorithm };

    private JsonObject Payload() => new()
    {
        ["iss"] = clientId,
        ["sub"] = clientId,
        ["aud"] = ApiFactory.Issuer,
        ["exp"] = Now + 60,
        ["jti"] = Guid.NewGuid().ToString(),
    };

    private static string Encode(string text) => Base64UrlEncoder.Encode(text);
}
