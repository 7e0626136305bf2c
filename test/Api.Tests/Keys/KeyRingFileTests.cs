using Api.Foundation;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Api.Tests.Keys;

public sealed class KeyRingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SettableTime _time = new(TestKeys.CreatedAt);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task First_key_is_made_and_kept_for_its_owner_alone()
    {
        var made = await Open().LoadAsync(default);
        var kept = await Open().LoadAsync(default);

        Assert.Equal(Assert.Single(made.Keys).Kid, Assert.Single(kept.Keys).Kid);
        Assert.Equal([Path, Path + ".lock"], Directory.GetFiles(_folder["keys"]).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task Many_who_start_at_once_end_with_one_ring()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open().LoadAsync(default))));

        Assert.Single(rings.Select(ring => Assert.Single(ring.Keys).Kid).Distinct());
        Assert.Equal([Path, Path + ".lock"], Directory.GetFiles(_folder["keys"]).Order());
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

    [Theory]
    [InlineData("777")]
    [InlineData("702")]
    [InlineData("1777")]
    public async Task Folder_that_everybody_may_write_is_refused(string mode)
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

        // Where the tests are not root, the file is still theirs.
        Assert.Equal(Environment.IsPrivilegedProcess, refusal is KeyRingException);
        Assert.Contains(
            Environment.IsPrivilegedProcess ? $"belong to user {Ownership.Other}" : "", refusal?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_rotation_has_left_is_removed_by_the_next_load()
    {
        await Open().LoadAsync(default);
        var (leftover, copy, backup) = ($"{Path}.{Guid.NewGuid():N}", $"{Path}.{Guid.NewGuid()}", $"{Path}.backup");

        foreach (var file in (string[])[leftover, copy, backup])
        {
            File.Copy(Path, file);
        }

        using (PrivateFile.OpenLock(Path + ".lock"))
        {
            // It may be the file that another process is about to move.
            await Open().LoadAsync(default);
            Assert.True(File.Exists(leftover));
        }

        await Open().LoadAsync(default);

        Assert.Equal(new[] { Path, Path + ".lock", copy, backup }.Order(), Directory.GetFiles(_folder["keys"]).Order());
    }

    [Fact]
    public async Task What_a_killed_rotation_has_left_is_removed_by_the_next_rotation()
    {
        await Open().LoadAsync(default);
        File.Copy(Path, $"{Path}.{Guid.NewGuid():N}");

        await Open().RotateAsync(default);

        Assert.Equal([Path, Path + ".lock"], Directory.GetFiles(_folder["keys"]).Order());
    }

    [Fact]
    public async Task Lock_that_is_a_link_is_not_followed()
    {
        Directory.CreateDirectory(_folder["keys"]);
        File.CreateSymbolicLink(Path + ".lock", _folder["elsewhere"]);

        await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));

        Assert.False(File.Exists(_folder["elsewhere"]));
    }

    [Theory]
    [InlineData(29, 1)]
    [InlineData(30, 2)]
    public async Task Ring_is_rotated_when_it_is_loaded_and_due(int days, int keys)
    {
        await Open().LoadAsync(default);
        _time.Now += TimeSpan.FromDays(days);

        var ring = await Open().LoadAsync(default);

        Assert.Equal(keys, ring.Keys.Length);
        Assert.Equal(ring.Keys.Select(key => key.Kid), (await Open().LoadAsync(default)).Keys.Select(key => key.Kid));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task Many_who_find_it_due_at_once_rotate_it_once()
    {
        await Open().LoadAsync(default);
        _time.Now += TimeSpan.FromDays(30);

        var rings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open().LoadAsync(default))));

        Assert.All(rings, ring => Assert.Equal(2, ring.Keys.Length));
        Assert.Single(rings.Select(ring => ring.Newest.Kid).Distinct());
    }

    [Fact]
    public async Task Rotations_at_once_all_end_in_one_ring()
    {
        await Open().LoadAsync(default);

        var rings = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open().RotateAsync(default))));

        var ring = await Open().LoadAsync(default);
        Assert.Equal(5, ring.Keys.Length);
        Assert.All(rings, changed => Assert.Contains(ring.Keys, key => key.Kid == changed!.Newest.Kid));
    }

    [Fact]
    public async Task Full_ring_is_not_rotated_and_goes_on()
    {
        TestKeys.WriteTo(Directory.CreateDirectory(_folder["keys"]).FullName, [.. TestKeys.Many[..10].Select(key => key.DatedTo(_time.Now))]);
        var before = await File.ReadAllBytesAsync(Path);

        await Assert.ThrowsAsync<KeyRingFullException>(() => Open().RotateAsync(default));

        Assert.Equal(before, await File.ReadAllBytesAsync(Path));
        Assert.Equal(10, (await Open().LoadAsync(default)).Keys.Length);
    }

    [Theory]
    [InlineData(-80)]
    [InlineData(80)]
    public async Task Clock_that_is_wrong_loses_no_key(int days)
    {
        // One signs, and the next one waits: both would be needed when the clock is right again.
        var keys = TestKeys.Many[..2];
        var (active, pending) = (keys[0].DatedTo(_time.Now.AddDays(-30)), keys[1].DatedTo(_time.Now.AddHours(-1)));
        TestKeys.WriteTo(Directory.CreateDirectory(_folder["keys"]).FullName, active, pending);
        var before = await File.ReadAllBytesAsync(Path);
        _time.Now += TimeSpan.FromDays(days);

        var loaded = await Open().LoadAsync(default);
        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => Open().RotateAsync(default));

        Assert.Equal([active.Kid, pending.Kid], loaded.Keys.Select(key => key.Kid));
        Assert.Contains("Correct the clock", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path));
        _time.Now -= TimeSpan.FromDays(days);
        Assert.Equal(active.Kid, (await Open().LoadAsync(default)).SigningKeyAt(_time.Now).Kid);
    }

    [Fact]
    public async Task Ring_that_is_due_but_cannot_be_written_goes_on()
    {
        var ring = await Open().LoadAsync(default);
        _time.Now += TimeSpan.FromDays(30);
        using var otherProcess = PrivateFile.OpenLock(Path + ".lock");

        var same = await Open().LoadAsync(default);

        Assert.Equal(ring.Newest.Kid, same.Newest.Kid);
    }

    private string Path => System.IO.Path.Combine(_folder["keys"], "signing-keys.json");

    private KeyRingFile Open() => new(new() { DataDirectory = _folder["keys"] }, new(), _time, NullLogger<KeyRingFile>.Instance);
}
