using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Clients;

/// <summary>Rotates the secrets of a client through the admin API while other tasks get tokens with them.</summary>
internal static class SecretRotation
{
    private const string ClientId = "load";

    /// <param name="apis">The instances. The first one creates and removes the secrets.</param>
    /// <param name="wait">Waits until every instance knows the last change.</param>
    public static async Task RunAsync(ApiFactory[] apis, Action wait)
    {
        var secret = await apis[0].AddClientAsync(ClientId, "USER");
        var authorization = ("Authorization", $"Bearer {await apis[0].GetTokenAsync("ADMIN")}");
        var (requests, users) = (new int[apis.Length * 2], Array.Empty<Task>());
        using var stop = new CancellationTokenSource();
        users = [.. requests.Select((_, user) => Task.Run(() => UseAsync(user)))];

        for (var rotation = 0; rotation < 5; rotation++)
        {
            using var before = await apis[0].SendAsync(HttpMethod.Get, $"/admin/clients/{ClientId}", null, authorization);
            var old = (await ReadAsync(before)).GetProperty("secrets").EnumerateArray().Single().GetProperty("id").GetString();
            using var made = await apis[0].SendAsync(HttpMethod.Post, $"/admin/clients/{ClientId}/secrets", null, authorization);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            await RequestsOfAllAsync();
            wait();
            Volatile.Write(ref secret, (await ReadAsync(made)).GetProperty("client_secret").GetString());
            // By then, every request with the old secret has been answered.
            await RequestsOfAllAsync();
            using var removed = await apis[0].SendAsync(HttpMethod.Delete, $"/admin/clients/{ClientId}/secrets/{old}", null, authorization);
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        await RequestsOfAllAsync();
        await stop.CancelAsync();
        await Task.WhenAll(users);

        async Task UseAsync(int user)
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await apis[user % apis.Length].PostTokenAsync(ClientId, Volatile.Read(ref secret));
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Interlocked.Increment(ref requests[user]);
            }
        }

        // Two more requests of each user: the first may have been sent before.
        async Task RequestsOfAllAsync()
        {
            var soFar = requests.ToArray();

            while (!users.Any(user => user.IsFaulted) && requests.Zip(soFar).Any(count => count.First < count.Second + 2))
            {
                await Task.Delay(10);
            }

            await Task.WhenAll(users.Where(user => user.IsFaulted));
        }
    }

    private static Task<JsonElement> ReadAsync(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>();
}
