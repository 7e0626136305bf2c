using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Api.Tests.Clients;

/// <summary>The app with its clients in SQLite, while they are changed as fast as it goes.</summary>
public sealed class SqliteUnderLoadTests : IDisposable
{
    private const int Kills = 15;
    private const int Writers = 3;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Secrets_rotate_and_nobody_with_a_live_one_is_refused()
    {
        using var api = new ApiFactory();

        await SecretRotation.RunAsync([api], () => { });
    }

    [Fact]
    public async Task Program_that_is_killed_while_it_writes_loses_nothing_that_it_has_acknowledged()
    {
        string? secret = null;
        var names = new ConcurrentDictionary<string, int>();

        for (var kill = 0; kill < Kills; kill++)
        {
            await using (var api = await ApiProcess.StartAsync(_folder["data"]))
            {
                secret ??= api.Secret;
                var administrator = await GetTokenAsync(api, secret);
                var writers = Enumerable.Range(0, Writers)
                    .Select(writer => WriteAsync(api.Address, administrator, $"kill-{kill}-writer-{writer}", names))
                    .ToArray();
                // In the midst of writing, however busy the machine is.
                var enough = names.Values.Sum() + RandomNumberGenerator.GetInt32(1, 30);

                while (names.Values.Sum() < enough && !writers.Any(writer => writer.IsCompleted))
                {
                    await Task.Delay(1);
                }

                await api.KillAsync();
                await Task.WhenAll(writers);
            }

            await CheckAsync(names);
        }

        Assert.True(names.Values.Sum() >= Kills);
    }

    /// <summary>Makes a client and renames it from number to number until the program is gone; notes each that was acknowledged.</summary>
    private static async Task WriteAsync(string address, string administrator, string clientId, ConcurrentDictionary<string, int> names)
    {
        try
        {
            for (var name = 1; ; name++)
            {
                using var request = name is 1
                    ? new HttpRequestMessage(HttpMethod.Post, $"{address}/admin/clients")
                    {
                        Content = JsonContent.Create(new { client_id = clientId, client_name = "1", scope = "USER" }),
                    }
                    : new HttpRequestMessage(HttpMethod.Patch, $"{address}/admin/clients/{clientId}")
                    {
                        Content = JsonContent.Create(new { client_name = $"{name}" }),
                    };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", administrator);
                using var response = await Http.SendAsync(request);
                Assert.Equal(name is 1 ? HttpStatusCode.Created : HttpStatusCode.OK, response.StatusCode);
                names[clientId] = name;
            }
        }
        catch (HttpRequestException)
        {
        }
    }

    private async Task CheckAsync(ConcurrentDictionary<string, int> names)
    {
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder["data"], "data.db"), Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await command.ExecuteScalarAsync());
        command.CommandText = "SELECT substr(pk, 8), json_extract(document, '$.client_name') FROM documents WHERE pk LIKE 'client#kill-%'";
        await using var reader = await command.ExecuteReaderAsync();
        var kept = new Dictionary<string, int>();

        while (await reader.ReadAsync())
        {
            kept[reader.GetString(0)] = int.Parse(reader.GetString(1), CultureInfo.InvariantCulture);
        }

        // One more may have been written whose answer was not sent any more.
        Assert.All(names, name => Assert.InRange(kept[name.Key], name.Value, name.Value + 1));
    }

    private static async Task<string> GetTokenAsync(ApiProcess api, string secret)
    {
        using var response = await Http.PostAsync(
            new Uri($"{api.Address}/oauth2/token"),
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = "development",
                ["client_secret"] = secret,
            }));

        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}
