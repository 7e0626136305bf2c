using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Api.Tests.Support;

namespace Api.Tests.Startup;

/// <summary>How the program starts on a developer's machine, and the settings and files with which it refuses to start.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Printed_commands_work_and_the_second_start_keeps_key_and_client()
    {
        string secret, keys, address;

        await using (var first = await ApiProcess.StartAsync(_folder["data"]))
        {
            var commands = first.Output.Split('\n').Where(line => line.StartsWith("  curl ", StringComparison.Ordinal)).ToArray();
            Assert.Equal(2, commands.Length);
            Assert.StartsWith("{\"access_token\":\"", await ShellAsync(commands[0]), StringComparison.Ordinal);
            Assert.Contains("\"scope\":\"USER ADMIN\"", await ShellAsync(commands[1]), StringComparison.Ordinal);
            Assert.Contains($"Swagger UI: {first.Address}/swagger", first.Output, StringComparison.Ordinal);
            Assert.Single(first.Output.Split('\n'), line => line.StartsWith($"  {first.Address}/enroll/", StringComparison.Ordinal));
            (secret, keys, address) = (first.Secret, await GetAsync(first, "/.well-known/jwks.json"), first.Address);
        }

        await using var second = await ApiProcess.StartAsync(_folder["data"]);

        Assert.DoesNotContain("client_secret  ", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/enroll/", second.Output, StringComparison.Ordinal);
        Assert.Equal(keys, await GetAsync(second, "/.well-known/jwks.json"));
        var getToken = $"curl -s -u development:{secret} -d grant_type=client_credentials {second.Address}/oauth2/token";
        Assert.StartsWith("{\"access_token\":\"", await ShellAsync(getToken), StringComparison.Ordinal);
        Assert.NotEqual(address, second.Address);
    }

    [Fact]
    public async Task Two_programs_that_start_at_once_use_one_ring_and_one_client()
    {
        var programs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ApiProcess.StartAsync(_folder["data"])));

        try
        {
            Assert.Equal(
                await GetAsync(programs[0], "/.well-known/jwks.json"), await GetAsync(programs[1], "/.well-known/jwks.json"));
            Assert.Single(programs, program => program.Output.Contains("client_secret  ", StringComparison.Ordinal));
            Assert.Single(programs, program => program.Output.Contains("/enroll/", StringComparison.Ordinal));
        }
        finally
        {
            await programs[0].DisposeAsync();
            await programs[1].DisposeAsync();
        }
    }

    [Fact]
    public async Task Responses_have_no_Server_header_and_no_stack_trace()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);
        using var http = new HttpClient { BaseAddress = new(api.Address) };
        await BreakClientAsync("a");

        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "a", ["client_secret"] = "b" });
        using var response = await http.PostAsync(new Uri("/oauth2/token", UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_in_use_is_named_and_no_secret_is_printed()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var start = await ApiProcess.FailAsync(_folder["data"], "--urls", $"http://127.0.0.1:{port}");

        AssertRefused(start, $":{port}");
        Assert.DoesNotContain("client_secret", start.Output, StringComparison.Ordinal);
        await using var next = await ApiProcess.StartAsync(_folder["data"]);
        Assert.NotEmpty(next.Secret);
    }

    [Fact]
    public async Task Folder_that_cannot_be_written_is_named()
    {
        await File.WriteAllTextAsync(_folder["data"], "a file where the folder should be");

        AssertRefused(await ApiProcess.FailAsync(_folder["data"]), _folder["data"]);

        Assert.Equal("a file where the folder should be", await File.ReadAllTextAsync(_folder["data"]));
    }

    [Fact]
    public async Task World_writable_folder_is_named_with_the_command_that_fixes_it()
    {
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherWrite);

        AssertRefused(await ApiProcess.FailAsync(_folder.Path), $"chmod o-w {_folder.Path}");

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Owner_of_the_folder_is_logged_for_root()
    {
        using var api = new ApiFactory();
        Directory.CreateDirectory(_folder["data"]);
        await Ownership.GiveToOtherAsync(_folder["data"]);

        using var response = await api.Set("DataDirectory", _folder["data"]).GetAsync("/health");

        Assert.Equal(
            Environment.IsPrivilegedProcess ? 1 : 0,
            api.Logs.Lines.Count(line => line.Contains($"belongs to user {Ownership.Other}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Damaged_signing_keys_are_named_and_not_changed()
    {
        await File.WriteAllTextAsync(_folder["signing-keys.json"], "{}");
        File.SetUnixFileMode(_folder["signing-keys.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite);

        AssertRefused(await ApiProcess.FailAsync(_folder.Path), _folder["signing-keys.json"]);

        Assert.Equal("{}", await File.ReadAllTextAsync(_folder["signing-keys.json"]));
    }

    [Fact]
    public async Task Signing_keys_that_others_can_read_are_named()
    {
        TestKeys.WriteTo(_folder.Path, TestKeys.First);
        File.SetUnixFileMode(_folder["signing-keys.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        AssertRefused(await ApiProcess.FailAsync(_folder.Path), "chmod 600");
    }

    [Fact]
    public async Task Damaged_clients_are_named_and_not_changed()
    {
        await File.WriteAllTextAsync(_folder["data.db"], new string('x', 4096));

        AssertRefused(await ApiProcess.FailAsync(_folder.Path), _folder["data.db"]);

        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(_folder["data.db"]));
    }

    [Theory]
    [InlineData("--Issuer", "https://issuer.example/")]
    [InlineData("--Issuer", "")]
    [InlineData("--AccessTokenLifetime", "never")]
    [InlineData("--AccessTokenLifetime", "7.00:00:00")]
    [InlineData("--KeySize", "1024")]
    [InlineData("--Swagger", "maybe")]
    [InlineData("--DataTable", "a b")]
    [InlineData("--urls", "nonsense")]
    public async Task Broken_setting_is_named(string setting, string value)
    {
        AssertRefused(await ApiProcess.FailAsync(_folder["data"], setting, value), setting[2..]);

        Assert.False(Directory.Exists(_folder["data"]) && setting is not "--urls");
    }

    [Fact]
    public async Task Start_with_clients_in_a_table_makes_no_database_and_waits_for_no_region()
    {
        var withoutRegion = new Dictionary<string, string>
        {
            ["AWS_REGION"] = "",
            ["AWS_DEFAULT_REGION"] = "",
            ["AWS_ENDPOINT_URL"] = "",
            ["AWS_CONFIG_FILE"] = _folder["none"],
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        await using var api = await ApiProcess.StartAsync(_folder["data"], withoutRegion, "--DataTable", "clients");
        Assert.Contains("in the DynamoDB table clients", api.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder["data"], "data.db")));

        var answer = await ShellAsync($"curl -si -u a:b -d grant_type=client_credentials {api.Address}/oauth2/token");

        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);

        await Eventually.IsTrueAsync(() => api.Output.Contains("Set AWS_REGION.", StringComparison.Ordinal));
    }

    private static void AssertRefused((int ExitCode, string Output, string Error) start, string named)
    {
        Assert.NotEqual(0, start.ExitCode);
        Assert.Empty(start.Output);
        var line = Assert.Single(start.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("Cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }

    private Task BreakClientAsync(string clientId) => RawSqlite.WriteClientAsync(_folder["data/data.db"], clientId, "{}");

    private static async Task<string> GetAsync(ApiProcess api, string path)
    {
        using var http = new HttpClient();

        return await http.GetStringAsync(new Uri(api.Address + path));
    }

    private static async Task<string> ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true })!;

        return await shell.StandardOutput.ReadToEndAsync();
    }
}
