using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

public sealed class KeyRingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task First_key_is_made_and_kept_for_its_owner_alone()
    {
        var made = await Open().LoadAsync(default);
        var kept = await Open().LoadAsync(default);

        Assert.Equal(Assert.Single(made).Kid, Assert.Single(kept).Kid);
        Assert.Equal([Path], Directory.GetFiles(_folder["keys"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task Many_who_start_at_once_end_with_one_ring()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open().LoadAsync(default))));

        Assert.Single(rings.Select(keys => Assert.Single(keys).Kid).Distinct());
        Assert.Equal([Path], Directory.GetFiles(_folder["keys"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\":1,\"keys\":[")]
    public async Task Damaged_file_is_refused_and_stays(string content)
    {
        await Open().LoadAsync(default);
        await File.WriteAllTextAsync(Path, content);

        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));

        Assert.Contains(Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task File_that_others_may_use_is_refused(UnixFileMode others)
    {
        await Open().LoadAsync(default);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));

        Assert.Contains($"chmod 600 {Path}", refusal.Message, StringComparison.Ordinal);
    }

    private string Path => System.IO.Path.Combine(_folder["keys"], "signing-keys.json");

    private KeyRingFile Open() => new(new() { DataDirectory = _folder["keys"] }, TimeProvider.System);
}
