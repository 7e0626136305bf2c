using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Support;

/// <summary>
/// Makes tokens by hand, good ones and bad ones: the library that signs for the app refuses to make most of these.
/// </summary>
internal sealed class TokenForge(SigningKey key, string issuer, DateTimeOffset now, TimeSpan? lifetime = null)
{
    private readonly TimeSpan _lifetime = lifetime ?? TimeSpan.FromMinutes(1);

    public SigningKey Key { get; } = key;

    public string Issuer { get; } = issuer;

    public string Audience { get; init; } = "api";

    public string Subject { get; init; } = "client";

    /// <summary>The client that the tokens name; below /admin it has to be a registered one.</summary>
    public string ClientId { get; init; } = "client";

    public long Now { get; } = now.ToUnixTimeSeconds();

    public JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["kid"] = Key.Kid, ["typ"] = "JWT" };

    public JsonObject Payload(string scope) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = Subject,
        ["client_id"] = ClientId,
        ["scope"] = scope,
        ["iat"] = Now,
        ["exp"] = Now + (long)_lifetime.TotalSeconds,
        ["jti"] = "1",
    };

    /// <summary>A good token for every guarded route, but for what is changed.</summary>
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

    /// <summary>Signs JSON that no writer of JSON would write; a good one is in its place where none is given.</summary>
    public string SignText(string? header = null, string? payload = null, SigningKey? key = null) =>
        SignParts(Encode(header ?? HeaderText), Encode(payload ?? PayloadText), key);

    /// <summary>Signs two parts that are encoded already.</summary>
    public string SignParts(
        string header, string payload, SigningKey? key = null, HashAlgorithmName? hash = null, RSASignaturePadding? padding = null)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey((key ?? Key).ExportPkcs8(), out _);
        var signature = rsa.SignData(
            Encoding.ASCII.GetBytes($"{header}.{payload}"), hash ?? HashAlgorithmName.SHA256, padding ?? RSASignaturePadding.Pkcs1);

        return $"{header}.{payload}.{Base64UrlEncoder.Encode(signature)}";
    }

    /// <summary>What a good token would be without its signature, ending in the dot ahead of it.</summary>
    public string Unsigned(string algorithm) => $"{Encode(Header(algorithm))}.{Encode(Payload("USER ADMIN"))}.";

    public string HeaderText => Header("RS256").ToJsonString();

    public string PayloadText => Payload("USER ADMIN").ToJsonString();

    public static string Encode(JsonObject json) => Base64UrlEncoder.Encode(JsonSerializer.SerializeToUtf8Bytes(json));

    public static string Encode(string text) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(text));
}
