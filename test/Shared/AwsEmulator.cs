using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Shared;

/// <summary>An emulator of AWS (moto) in a process, on a port that it chooses.</summary>
internal sealed class AwsEmulator : IAsyncDisposable
{
    public const string Region = "eu-central-1";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AwsEmulator(string[] command)
    {
        _process = new()
        {
            StartInfo = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Address => _address.Task.Result;

    /// <summary>Starts the emulator, with a command such as <c>taskset</c> that starts another program.</summary>
    public static async Task<AwsEmulator> StartAsync(params string[] launcher)
    {
        var emulator = new AwsEmulator(
            [.. launcher, "python3", Path.Combine(Repository.Path, "test", "aws", "moto_server.py"), "-H", "127.0.0.1", "-p", "0"]);

        try
        {
            await Task.WhenAny(emulator._address.Task, emulator._process.WaitForExitAsync()).WaitAsync(TimeSpan.FromSeconds(60));

            return emulator._address.Task.IsCompleted
                ? emulator
                : throw new InvalidOperationException($"The AWS emulator did not start: {emulator._error}");
        }
        catch
        {
            await emulator.DisposeAsync();

            throw;
        }
    }

    /// <summary>The environment variables of a program that uses an emulator.</summary>
    public static (string Name, string Value)[] VariablesAt(string address) =>
    [
        ("AWS_ENDPOINT_URL", address),
        ("AWS_REGION", Region),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];

    public Task CreateSecretAsync(string name, string? value) => SendAsync("secretsmanager", "secretsmanager.CreateSecret", value is null
        ? new() { ["Name"] = name }
        : new() { ["Name"] = name, ["SecretString"] = value });

    /// <summary>Sends a request that must succeed.</summary>
    public async Task SendAsync(string service, string target, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/x-amz-json-1.1"),
            Headers = { { "X-Amz-Target", target } },
        };
        // The signature is not checked, but the region of a request is read from it.
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential=test/20260101/{Region}/{service}/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await Http.SendAsync(request);

        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    // It prints its address when it listens: " * Running on http://127.0.0.1:43210".
    private void Read(string? line)
    {
        if (line?.Split(" * Running on ") is ["", var address])
        {
            _address.TrySetResult(address);
        }

        // It prints each request, too.
        if (!_address.Task.IsCompleted)
        {
            _error.AppendLine(line);
        }
    }
}
