using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Api.Tests.Keys;

/// <summary>Owner and permissions of the file with the signing keys.</summary>
public sealed class KeyRingFileAccessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SettableTime _time = new(TestKeys.CreatedAt);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task File_that_others_can_access_is_refused(UnixFileMode others)
    {
        await Open().LoadAsync(default);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));

        Assert.Contains($"chmod 600 {Path}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("777")]
    [InlineData("702")]
    [InlineData("1777")]
    public async Task World_writable_folder_is_refused(string mode)
    {
        var folder = _folder["keys"];
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32(mode, 8));

        var first = await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));
        Assert.Empty(Directory.GetFiles(folder));
        TestKeys.WriteTo(folder, TestKeys.First);
        var later = await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));
        var rotation = await Assert.ThrowsAsync<KeyRingException>(() => Open().RotateAsync(default));
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) & ~UnixFileMode.OtherWrite);
        var ring = await Open().LoadAsync(default);

        Assert.All([first, later, rotation], refusal => Assert.Contains($"Run `chmod o-w {folder}`", refusal.Message, StringComparison.Ordinal));
        Assert.Equal(TestKeys.First.Kid, ring.Newest.Kid);
    }

    [Fact]
    public async Task Owner_and_mode_of_the_file_stay_when_root_rotates()
    {
        var folder = Directory.CreateDirectory(_folder["keys"]).FullName;
        TestKeys.WriteTo(folder, TestKeys.First);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead);
        await Ownership.GiveToOtherAsync(folder, Path);
        var before = await Ownership.OfAsync(Path);

        await Open().RotateAsync(default);

        Assert.Equal(before, await Ownership.OfAsync(Path));
        Assert.Equal(before.Replace("-r--------", "-rw-------", StringComparison.Ordinal), await Ownership.OfAsync(Path + ".lock"));
        Assert.Equal(2, (await Open().LoadAsync(default)).Keys.Length);
    }

    [Fact]
    public async Task First_file_belongs_to_the_owner_of_the_folder()
    {
        var folder = Directory.CreateDirectory(_folder["keys"]).FullName;
        await Ownership.GiveToOtherAsync(folder);

        await Open().LoadAsync(default);

        var owner = (await Ownership.OfAsync(folder)).Split(' ')[1..];
        Assert.Equal(owner, (await Ownership.OfAsync(Path)).Split(' ')[1..]);
        Assert.Equal(owner, (await Ownership.OfAsync(Path + ".lock")).Split(' ')[1..]);
        Assert.Single((await Open().LoadAsync(default)).Keys);
    }

    [Fact]
    public async Task File_of_another_user_is_refused()
    {
        await Open().LoadAsync(default);
        await Ownership.GiveToOtherAsync(Path);

        var refusal = await Record.ExceptionAsync(() => Open().LoadAsync(default));

        // If the tests do not run as root, the owner has not changed.
        Assert.Equal(Environment.IsPrivilegedProcess, refusal is KeyRingException);
        Assert.Contains(
            Environment.IsPrivilegedProcess ? $"belong to user {Ownership.Other}" : "", refusal?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Symbolic_link_as_lock_file_is_not_followed()
    {
        Directory.CreateDirectory(_folder["keys"]);
        File.CreateSymbolicLink(Path + ".lock", _folder["elsewhere"]);

        await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));

        Assert.False(File.Exists(_folder["elsewhere"]));
    }

    private string Path => System.IO.Path.Combine(_folder["keys"], "signing-keys.json");

    private KeyRingFile Open() => new(new() { DataDirectory = _folder["keys"] }, new(), _time, NullLogger<KeyRingFile>.Instance);
}
