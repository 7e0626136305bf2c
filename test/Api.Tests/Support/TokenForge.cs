using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Support;

/// <summary>
/// Makes valid and invalid access tokens, without the library that signs for the app, which would refuse to make most of them.
/// </summary>
internal sealed class TokenForge(SigningKey key, string issuer, DateTimeOffset now, TimeSpan? lifetime = null)
{
    private readonly TimeSpan _lifetime = lifetime ?? TimeSpan.FromMinutes(1);

    public SigningKey Key { get; } = key;

    public string Issuer { get; } = issuer;

    public string Audience { get; init; } = "api";

    /// <summary>The client of the tokens, and their <c>sub</c>. The routes below /admin require that it is registered.</summary>
    public string ClientId { get; init; } = "client";

    public long Now { get; } = now.ToUnixTimeSeconds();

    public JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["kid"] = Key.Kid, ["typ"] = "JWT" };

    public JsonObject Payload(string scope) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = ClientId,
        ["client_id"] = ClientId,
        ["scope"] = scope,
        ["iat"] = Now,
        ["exp"] = Now + (long)_lifetime.TotalSeconds,
        ["jti"] = "1",
    };

    /// <summary>A valid token for every protected route, with these changes.</summary>
    public string Sign(
        Action<JsonObject>? payload = null,
        Action<JsonObject>? header = null,
        SigningKey? key = null,
        HashAlgorithmName? hash = null,
        RSASignaturePadding? padding = null,
        JsonObject? body = null)
    {
        var head = Header("RS256");
        header?.Invoke(head);
        body ??= Payload("USER ADMIN");
        payload?.Invoke(body);

        return SignParts(Encode(head), Encode(body), key, hash, padding);
    }

    /// <summary>Signs header and payload texts, which need not be valid JSON. The default is that of a valid token.</summary>
    public string SignText(string? header = null, string? payload = null, SigningKey? key = null) =>
        SignParts(Encode(header ?? HeaderText), Encode(payload ?? PayloadText), key);

    /// <summary>Signs two encoded parts.</summary>
    public string SignParts(
        string header, string payload, SigningKey? key = null, HashAlgorithmName? hash = null, RSASignaturePadding? padding = null)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey((key ?? Key).ExportPkcs8(), out _);
        var signature = rsa.SignData(
            Encoding.ASCII.GetBytes($"{header}.{payload}"), hash ?? HashAlgorithmName.SHA256, padding ?? RSASignaturePadding.Pkcs1);

        return $"{header}.{payload}.{Base64UrlEncoder.Encode(signature)}";
    }

    /// <summary>A valid token without its signature, up to and including the second dot.</summary>
    public string Unsigned(string algorithm) => $"{Encode(Header(algorithm))}.{Encode(Payload("USER ADMIN"))}.";

    public string HeaderText => Header("RS256").ToJsonString();

    public string PayloadText => Payload("USER ADMIN").ToJsonString();

    public static string Encode(JsonObject json) => Base64UrlEncoder.Encode(JsonSerializer.SerializeToUtf8Bytes(json));

    public static string Encode(string text) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(text));
}
