using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.CommandLine;

/// <summary>Signing keys on the command line, in a file.</summary>
public sealed class KeyCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rotation_adds_a_key_that_signs_later()
    {
        var key = TestKeys.First.DatedTo(DateTimeOffset.UtcNow.AddDays(-1));
        TestKeys.WriteTo(_folder.Path, key);

        var rotated = await Command.DoAsync(_folder.Path, "keys", "rotate", "--json");
        var list = await Command.DoAsync(_folder.Path, "keys", "list");
        var json = (await Command.DoAsync(_folder.Path, "keys", "list", "--json")).Json.GetProperty("keys");

        var signsFrom = rotated.Json.GetProperty("signs_from").GetDateTimeOffset();
        Assert.Equal(["active", "pending"], json.EnumerateArray().Select(item => item.GetProperty("state").GetString()));
        Assert.Equal(key.Kid, json[0].GetProperty("kid").GetString());
        Assert.Equal(signsFrom, json[1].GetProperty("signs_from").GetDateTimeOffset(), TimeSpan.FromMinutes(1));
        Assert.Equal(
            ["KID", .. json.EnumerateArray().Select(item => item.GetProperty("kid").GetString()!)],
            list.Output.TrimEnd().Split('\n').Select(line => line.Split(' ')[0]));
        Assert.Contains(
            $"Rotation of signing keys by 'command line ({Environment.UserName})'", rotated.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_publishes_a_key_that_a_command_has_added()
    {
        await using var api = await ApiProcess.StartAsync(_folder.Path, "--KeyCacheAge", "00:00:01");
        using var http = new HttpClient();
        await Command.DoAsync(_folder.Path, "keys", "rotate");
        var list = await Command.DoAsync(_folder.Path, "keys", "list", "--json");
        var kid = list.Json.GetProperty("keys")[1].GetProperty("kid").GetString()!;

        await Eventually.IsTrueAsync(async () =>
            (await http.GetStringAsync(new Uri(api.Address + "/.well-known/jwks.json"))).Contains(kid, StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_of_old_keys_changes_nothing_and_warns()
    {
        TestKeys.WriteTo(_folder.Path, TestKeys.First.DatedTo(DateTimeOffset.UtcNow.AddDays(-61)));
        var before = await File.ReadAllBytesAsync(_folder["signing-keys.json"]);

        var list = await Command.DoAsync(_folder.Path, "keys", "list", "--json");

        Assert.Single(list.Json.GetProperty("keys").EnumerateArray());
        Assert.Contains("more than twice the KeyRotationInterval", list.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder["signing-keys.json"]));
    }

    [Fact]
    public async Task No_key_is_made_where_there_is_none()
    {
        var list = await Command.DoAsync(_folder["data"], "keys", "list");

        Assert.StartsWith($"There are no signing keys in {_folder["data"]}", list.Output, StringComparison.Ordinal);
        (await Command.RunAsync(_folder["data"], "keys", "rotate")).AssertRefused($"There are no signing keys in {_folder["data"]}");
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task Damaged_keys_are_named()
    {
        await File.WriteAllTextAsync(_folder["signing-keys.json"], "{}");
        File.SetUnixFileMode(_folder["signing-keys.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite);

        (await Command.RunAsync(_folder.Path, "keys", "list")).AssertRefused(_folder["signing-keys.json"]);
        (await Command.RunAsync(_folder.Path, "keys", "rotate")).AssertRefused(_folder["signing-keys.json"]);
    }

    [Fact]
    public async Task AWS_without_a_region_is_named()
    {
        var list = await Command.RunAsync(
            [("AWS_REGION", ""), ("AWS_DEFAULT_REGION", ""), ("AWS_EC2_METADATA_DISABLED", "true")],
            "keys", "list", "--SigningKeySecretId", "keys");

        list.AssertRefused("Set AWS_REGION");
    }
}

/// <summary>Signing keys on the command line, in an emulator of Secrets Manager.</summary>
[Collection(MotoCollection.Name)]
public sealed class KeyCommandsOnAwsTests(MotoServer moto)
{
    [FactWith(Tool.Moto)]
    public async Task Keys_in_Secrets_Manager_are_listed_and_rotated()
    {
        var options = new KeyOptions { SigningKeySecretId = await moto.CreateSecretAsync() };
        (string, string)[] environment = [.. moto.Variables, ("SigningKeySecretId", options.SigningKeySecretId)];
        (await Command.RunAsync(environment, "keys", "list")).AssertRefused("There are no signing keys in the secret");
        using var client = MotoServer.ClientOf(moto.Address);
        await new KeyFunctions(moto, options, TimeProvider.System).InitializeAsync();
        var before = await CurrentAsync();

        var list = await Command.RunAsync(environment, "keys", "list", "--json");
        var rotated = await Command.RunAsync(environment, "keys", "rotate");

        Assert.Equal("active", Assert.Single(list.Json.GetProperty("keys").EnumerateArray()).GetProperty("state").GetString());
        Assert.True(rotated.ExitCode is 0, rotated.Error);
        Assert.StartsWith("A new signing key was requested.\nrequested_at: ", rotated.Output, StringComparison.Ordinal);
        Assert.NotEqual(before, await CurrentAsync());

        async Task<string> CurrentAsync() =>
            (await client.DescribeSecretAsync(new() { SecretId = options.SigningKeySecretId }))
                .VersionIdsToStages.Single(version => version.Value.Contains(KeyRingSecret.Current)).Key;
    }
}
