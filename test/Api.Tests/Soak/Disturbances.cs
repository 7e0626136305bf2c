using System.Text;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Soak;

/// <summary>Disturbs the instances: AWS fails in one way after the other, an instance is killed, keys and secrets rotate.</summary>
/// <param name="proxy">The proxy between the instances and AWS.</param>
/// <param name="killed">The instance that is killed.</param>
/// <param name="keys">The key functions.</param>
/// <param name="administrator">Rotates the secrets.</param>
/// <param name="outage">The length of an outage.</param>
/// <param name="figures">Where each disturbance is noted.</param>
internal sealed class Disturbances(
    UnreliableProxy proxy, Instance killed, KeyFunctions keys, Administrator administrator, TimeSpan outage, Figures figures)
{
    // A ring has room for ten keys.
    private const int MaximumRotations = 7;

    private readonly Func<HttpContext, Func<Task>, Task> _healthy = UnreliableProxy.OneByOne();
    private int _lies;

    /// <summary>How many answers were damaged until now.</summary>
    public int Lies => Volatile.Read(ref _lies);

    public async Task RunAsync(Load load, CancellationToken stop)
    {
        (string What, Func<HttpContext, Func<Task>, Task> Answer)[] outages =
        [
            ("stopped", UnreliableProxy.Drop),
            ("slow", UnreliableProxy.Delay),
            ("throttling", UnreliableProxy.Error(400, "ThrottlingException")),
            ("lying", LieAsync),
            ("hanging", UnreliableProxy.Hang),
        ];
        var rotating = RotateSecretsAsync(load, stop);

        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            var (what, answer) = outages[round % outages.Length];
            proxy.Answer = answer;
            figures.Happened($"outage: {what}");

            // Every third time the instance starts during the outage.
            if (round % 3 is 2)
            {
                await KillAsync();
            }

            await WaitAsync(outage, stop);
            proxy.Answer = _healthy;
            await WaitAsync(outage / 2, stop);
            await KillAsync();
            await RotateKeysAsync(round);
        }

        await rotating;
    }

    /// <summary>Waits for this time, or until the test ends.</summary>
    public static async Task WaitAsync(TimeSpan time, CancellationToken stop) =>
        await Task.Delay(time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private async Task KillAsync()
    {
        await killed.RestartAsync(TimeSpan.FromSeconds(1));
        figures.Happened("kill");
    }

    private async Task RotateKeysAsync(int round)
    {
        if (round >= MaximumRotations)
        {
            return;
        }

        await keys.RotateAsync();
        figures.Happened("rotation of the keys");
    }

    /// <summary>The clients get a new secret when every instance knows it. The one before is removed later.</summary>
    private async Task RotateSecretsAsync(Load load, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await administrator.TrySendAsync(HttpMethod.Post, "/admin/clients/orders/secrets", []) is { } made)
            {
                await WaitAsync(TimeSpan.FromSeconds(61), stop);

                if (stop.IsCancellationRequested)
                {
                    return;
                }

                load.Secret = made.GetProperty("client_secret").GetString()!;
                figures.Happened("rotation of a secret");
                // Requests with the one before may be under way.
                await WaitAsync(TimeSpan.FromSeconds(30), stop);
                await RemoveAllSecretsButAsync(made.GetProperty("id").GetString()!, stop);
            }

            await WaitAsync(TimeSpan.FromSeconds(2), stop);
        }
    }

    private async Task RemoveAllSecretsButAsync(string kept, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await administrator.TrySendAsync(HttpMethod.Get, "/admin/clients/orders") is { } client)
            {
                var ids = client.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("id").GetString());

                if (ids.FirstOrDefault(id => id != kept) is not { } old)
                {
                    return;
                }

                await administrator.TrySendAsync(HttpMethod.Delete, $"/admin/clients/orders/secrets/{old}");
            }

            await WaitAsync(TimeSpan.FromSeconds(1), stop);
        }
    }

    // Answers of the right form, with half of the stored text in them.
    private async Task LieAsync(HttpContext http, Func<Task> forward)
    {
        Interlocked.Increment(ref _lies);
        var body = http.Response.Body;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        await _healthy(http, forward);
        http.Response.Body = body;
        var json = JsonNode.Parse(Encoding.UTF8.GetString(answer.ToArray()))!.AsObject();

        if (json["SecretString"] is JsonValue secret)
        {
            json["SecretString"] = Half(secret);
        }

        foreach (var item in new[] { json["Item"] }.Concat(json["Items"]?.AsArray() ?? []))
        {
            if (item?["document"]?["S"] is JsonValue document)
            {
                item["document"]!["S"] = Half(document);
            }
        }

        await http.Response.WriteAsync(json.ToJsonString());

        static string Half(JsonValue value) => value.GetValue<string>() is var text ? text[..(text.Length / 2)] : "";
    }
}
