using Api.Foundation;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Api.Tests.Keys;

/// <summary>Signing keys in a file: created, loaded and rotated.</summary>
public sealed class KeyRingFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SettableTime _time = new(TestKeys.CreatedAt);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task First_key_is_stored_for_its_owner_only()
    {
        var made = await Open().LoadAsync(default);
        var kept = await Open().LoadAsync(default);

        Assert.Equal(Assert.Single(made.Keys).Kid, Assert.Single(kept.Keys).Kid);
        Assert.Equal([Path, Path + ".lock"], Directory.GetFiles(_folder["keys"]).Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task Concurrent_starts_create_one_ring()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open().LoadAsync(default))));

        Assert.Single(rings.Select(ring => Assert.Single(ring.Keys).Kid).Distinct());
        Assert.Equal([Path, Path + ".lock"], Directory.GetFiles(_folder["keys"]).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\":1,\"keys\":[")]
    public async Task Damaged_file_is_refused_and_not_changed(string content)
    {
        await Open().LoadAsync(default);
        await File.WriteAllTextAsync(Path, content);

        var refusal = await Assert.ThrowsAsync<KeyRingException>(() => Open().LoadAsync(default));

        Assert.Contains(Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task File_of_a_killed_rotation_is_removed_by_the_next_load()
    {
        await Open().LoadAsync(default);
        var (leftover, copy, backup) = ($"{Path}.{Guid.NewGuid():N}", $"{Path}.{Guid.NewGuid()}", $"{Path}.backup");

        foreach (var file in (string[])[leftover, copy, backup])
        {
            File.Copy(Path, file);
        }

        using (PrivateFile.OpenLock(Path + ".lock"))
        {
            // Another process may be about to move this file.
            await Open().LoadAsync(default);
            Assert.True(File.Exists(leftover));
        }

        await Open().LoadAsync(default);

        Assert.Equal(new[] { Path, Path + ".lock", copy, backup }.Order(), Directory.GetFiles(_folder["keys"]).Order());
    }

    [Fact]
    public async Task File_of_a_killed_rotation_is_removed_by_the_next_rotation()
    {
        await Open().LoadAsync(default);
        File.Copy(Path, $"{Path}.{Guid.NewGuid():N}");

        await Open().RotateAsync(default);

        Assert.Equal([Path, Path + ".lock"], Directory.GetFiles(_folder["keys"]).Order());
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
    public async Task Concurrent_loads_rotate_a_due_ring_once()
    {
        await Open().LoadAsync(default);
        _time.Now += TimeSpan.FromDays(30);

        var rings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Open().LoadAsync(default))));

        Assert.All(rings, ring => Assert.Equal(2, ring.Keys.Length));
        Assert.Single(rings.Select(ring => ring.Newest.Kid).Distinct());
    }

    [Fact]
    public async Task Concurrent_rotations_end_in_one_ring_with_all_keys()
    {
        await Open().LoadAsync(default);

        var rings = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open().RotateAsync(default))));

        var ring = await Open().LoadAsync(default);
        Assert.Equal(5, ring.Keys.Length);
        Assert.All(rings, changed => Assert.Contains(ring.Keys, key => key.Kid == changed!.Newest.Kid));
    }

    [Fact]
    public async Task Full_ring_is_not_rotated_and_stays_in_use()
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
    public async Task Wrong_clock_loses_no_key(int days)
    {
        // An active and a pending key. Both are needed when the clock is correct again.
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
    public async Task Due_ring_that_cannot_be_written_stays_in_use()
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
