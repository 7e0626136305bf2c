using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Api.Hosting;
using Api.Tests.Support;

namespace Api.Tests.Audit;

/// <summary>The program with a log that cannot be written: a full disk, or a pipe without a reader.</summary>
public sealed class LogSinkTests : IAsyncLifetime, IDisposable
{
    private const string FullDisk = "exec dotnet Api.dll \"$@\" > /dev/full";
    private const string PipeWithoutReader = "dotnet Api.dll \"$@\" | sleep 600";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private readonly TemporaryFolder _folder = new();
    private string _secret = "";

    public async Task InitializeAsync() => _secret = (await Command.DoAsync(
        _folder["data"], "clients", "add", "--name", "Admin", "--scope", "USER ADMIN", "--id", "admin")).Secret;

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FullDisk)]
    [InlineData(PipeWithoutReader)]
    public async Task Without_a_log_tokens_are_issued_and_changes_are_refused(string shell)
    {
        using var program = await LoopbackPort.StartAsync(port => StartAsync(shell, port));

        try
        {
            var slowest = TimeSpan.Zero;
            var token = "";

            // A pipe has room for 64 KiB, about 150 lines.
            for (var number = 0; number < 300; number++)
            {
                var start = Stopwatch.GetTimestamp();
                token = await GetTokenAsync(program.Address);
                slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
            }

            using var added = await PostAsync(program.Address, "/admin/clients", token, """{"client_id":"new","client_name":"New","scope":"USER"}""");
            using var rotated = await PostAsync(program.Address, "/admin/keys/rotate", token, "");
            using var read = await SendAsync(HttpMethod.Get, program.Address, "/admin/clients/new", token);

            Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.Equal(
                [HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.NotFound],
                [added.StatusCode, rotated.StatusCode, read.StatusCode]);
            Assert.NotNull(added.Headers.RetryAfter);
        }
        finally
        {
            program.Process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void Only_the_first_line_waits_for_a_reader()
    {
        var waits = new List<int>();
        var isRead = false;
        using var written = new MemoryStream();
        using var output = new LogOutput(written, milliseconds =>
        {
            waits.Add(milliseconds);

            return isRead;
        });

        Assert.Throws<IOException>(() => output.Write("first\n"u8));
        Assert.Throws<IOException>(() => output.Write("second\n"u8));
        isRead = true;
        output.Write("third\n"u8);
        output.Write(Encoding.UTF8.GetBytes(new string('x', 5000)));

        Assert.Equal([1000, 0, 0, 1000, 1000], waits);
        Assert.Equal("third\n".Length + 5000, written.Length);
    }

    private async Task<Started?> StartAsync(string shell, int port)
    {
        var address = $"http://localhost:{port}";
        var process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", shell, "sh", "--urls", address, "--Issuer", address, "--DataDirectory", _folder["data"]])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["ASPNETCORE_URLS"] = null },
        })!;
        process.BeginErrorReadLine();

        for (var attempt = 0; attempt < 300 && !process.HasExited; attempt++)
        {
            try
            {
                using var response = await Http.GetAsync(new Uri($"{address}/health"));

                return new(process, address);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }

        process.Kill(entireProcessTree: true);
        process.Dispose();

        return null;
    }

    private async Task<string> GetTokenAsync(string address)
    {
        using var content = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "admin", ["client_secret"] = _secret });
        using var response = await Http.PostAsync(new Uri($"{address}/oauth2/token"), content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    private static Task<HttpResponseMessage> PostAsync(string address, string path, string token, string json) =>
        SendAsync(HttpMethod.Post, address, path, token, json);

    private static async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, string path, string token, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(address + path))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
        };

        return await Http.SendAsync(request);
    }

    private sealed record Started(Process Process, string Address) : IDisposable
    {
        public void Dispose() => Process.Dispose();
    }
}
