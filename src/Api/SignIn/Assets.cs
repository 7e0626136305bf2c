using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Api.SignIn;

/// <summary>A file of the pages. Its name contains a hash of its content, so that browsers can keep it.</summary>
internal sealed record Asset(string FileName, string ContentType, byte[] Content);

/// <summary>The files of the pages: one style sheet and one script. They are embedded in the executable.</summary>
internal sealed class Assets
{
    private readonly FrozenDictionary<string, Asset> _byName;

    public Assets()
    {
        StyleSheet = Read("page", ".css", "text/css; charset=utf-8");
        Script = Read("page", ".js", "text/javascript; charset=utf-8");
        _byName = new[] { StyleSheet, Script }.ToFrozenDictionary(asset => asset.FileName);
    }

    public Asset StyleSheet { get; }

    public Asset Script { get; }

    public Asset? Find(string fileName) => _byName.GetValueOrDefault(fileName);

    private static Asset Read(string name, string extension, string contentType)
    {
        using var resource = typeof(Assets).Assembly.GetManifestResourceStream(name + extension)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);

        return new($"{name}.{Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 12))}{extension}", contentType, content);
    }
}
