using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shared;

/// <summary>
/// A browser and an authenticator with one passkey (ES256, attestation "none"). Each property is a part of the answer that a test can make
/// wrong.
/// </summary>
internal sealed class Authenticator(string origin, ECDsa? key = null)
{
    private const byte UserPresent = 0x01;
    private const byte AttestedData = 0x40;

    private readonly ECDsa _key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] CredentialId { get; init; } = RandomNumberGenerator.GetBytes(32);

    public string Origin { get; init; } = origin;

    public bool CrossOrigin { get; init; }

    /// <summary>The origin of the page that has this one in a frame (Web Authentication Level 3 §5.8.1).</summary>
    public string? TopOrigin { get; init; }

    public string RpId { get; init; } = new Uri(origin).Host;

    public string? CreationType { get; init; }

    /// <summary>The algorithm that the public key names (RFC 9053 §2). The key is always that of ES256.</summary>
    public int Algorithm { get; init; } = -7;

    /// <summary>Flags beside user presence: user verified (4), backup eligible (8), backed up (16).</summary>
    public byte Flags { get; set; } = 0x04;

    public uint Counter { get; set; }

    /// <summary>The <c>sub</c> of the user that the passkey was made for.</summary>
    public string UserHandle { get; set; } = "";

    public string[] Transports { get; init; } = ["internal"];

    /// <summary>The same passkey with another answer.</summary>
    public Authenticator With(
        string? origin = null,
        bool? crossOrigin = null,
        string? rpId = null,
        byte? flags = null,
        string? userHandle = null,
        string? topOrigin = null) =>
        new(Origin, _key)
        {
            CredentialId = CredentialId,
            Origin = origin ?? Origin,
            CrossOrigin = crossOrigin ?? CrossOrigin,
            TopOrigin = topOrigin ?? TopOrigin,
            RpId = rpId ?? RpId,
            Flags = flags ?? Flags,
            Counter = Counter,
            UserHandle = userHandle ?? UserHandle,
        };

    /// <summary>Answers the options of a registration with a credential.</summary>
    public JsonObject Create(JsonElement options)
    {
        UserHandle = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString()));
        var key = _key.ExportParameters(includePrivateParameters: false).Q;
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, (byte)(0x1F - Algorithm), 0x20, 0x01, 0x21, 0x58, 0x20, .. key.X!, 0x22, 0x58, 0x20, .. key.Y!];
        byte[] data =
            [.. Data((byte)(Flags | AttestedData)), .. new byte[16], 0, (byte)CredentialId.Length, .. CredentialId, .. cose];

        return Credential(new()
        {
            ["clientDataJSON"] = Encode(ClientData(CreationType ?? "webauthn.create", options)),
            ["attestationObject"] = Encode(
                [0xA3, .. Text("fmt"), .. Text("none"), .. Text("attStmt"), 0xA0, .. Text("authData"), 0x58, (byte)data.Length, .. data]),
            ["transports"] = new JsonArray([.. Transports.Select(transport => JsonValue.Create(transport))]),
        });
    }

    /// <summary>Answers the options of an authentication with a signature.</summary>
    public JsonObject Get(JsonElement options)
    {
        var data = Data(Flags);
        var client = ClientData("webauthn.get", options);

        return Credential(new()
        {
            ["clientDataJSON"] = Encode(client),
            ["authenticatorData"] = Encode(data),
            ["signature"] = Encode(_key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["userHandle"] = Encode(Encoding.UTF8.GetBytes(UserHandle)),
        });
    }

    private JsonObject Credential(JsonObject response) => new()
    {
        ["id"] = Encode(CredentialId),
        ["rawId"] = Encode(CredentialId),
        ["type"] = "public-key",
        ["clientExtensionResults"] = new JsonObject(),
        ["response"] = response,
    };

    private byte[] Data(byte flags)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);

        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(RpId)), (byte)(flags | UserPresent), .. counter];
    }

    private byte[] ClientData(string type, JsonElement options)
    {
        var data = new JsonObject
        {
            ["type"] = type,
            ["challenge"] = options.GetProperty("challenge").GetString(),
            ["origin"] = Origin,
            ["crossOrigin"] = CrossOrigin,
        };

        if (TopOrigin is not null)
        {
            data["topOrigin"] = TopOrigin;
        }

        return Encoding.UTF8.GetBytes(data.ToJsonString());
    }

    private static byte[] Text(string text) => [(byte)(0x60 | text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
