using System.Collections.Immutable;
using Api.Foundation;
using Api.Keys;

namespace Api.Tests.Support;

/// <summary>Signing keys, generated once for all tests because that is slow.</summary>
internal static class TestKeys
{
    public static readonly DateTimeOffset CreatedAt = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<SigningKey>[] Keys =
        [.. Enumerable.Range(0, 4).Select(_ => new Lazy<SigningKey>(() => SigningKey.Create(2048, CreatedAt)))];

    private static readonly Lazy<ImmutableArray<SigningKey>> ManyKeys =
        new(() => [.. Enumerable.Range(0, 24).AsParallel().Select(_ => SigningKey.Create(2048, CreatedAt))]);

    /// <summary>The keys of a long timeline.</summary>
    public static ImmutableArray<SigningKey> Many => ManyKeys.Value;

    public static SigningKey First => Keys[0].Value;

    public static SigningKey Foreign => Keys[3].Value;

    /// <summary>One of the keys with another creation time.</summary>
    public static SigningKey At(int number, DateTimeOffset createdAt) => Keys[number].Value.DatedTo(createdAt);

    /// <summary>Writes the file from which an app loads its keys.</summary>
    public static void WriteTo(string folder, params ImmutableArray<SigningKey> keys)
    {
        using var file = PrivateFile.CreateFile(Path.Combine(folder, "signing-keys.json"));
        file.Write(KeyRingDocument.Write(keys));
    }
}
