using System.Net;
using System.Security.Cryptography;
using Api.Clients;
using Api.Tests.Support;

namespace Api.Tests.CommandLine;

/// <summary>Managing clients from the command line, with and without a running server.</summary>
public sealed class ClientCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Added_client_gets_a_token_from_a_server_that_runs()
    {
        await using var api = await ApiProcess.StartAsync(Data);

        var added = await AddAsync("reporting", "--scope", "USER", "ADMIN", "--Issuer", api.Address);

        Assert.Equal(HttpStatusCode.OK, await PostTokenAsync(api, "reporting", added.Secret));
        Assert.Contains(
            $"curl -s -u reporting:{added.Secret} -d grant_type=client_credentials {api.Address}/oauth2/token\n",
            added.Output,
            StringComparison.Ordinal);
        Assert.Contains(
            $"Registration of the client 'reporting' by 'command line ({Environment.UserName})'", added.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(ClientSecret.Prefix, added.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_secrets_work_after_a_rotation_until_the_first_is_removed()
    {
        await AddAsync("other", "--scope", "ADMIN");
        var first = (await AddAsync("client", "--scope", "USER")).Secret;
        var second = (await Command.DoAsync(Data, "clients", "rotate", "client", "--expires-in", "3600", "--json")).Json;
        var secret = second.GetProperty("client_secret").GetString()!;
        var shown = (await Command.DoAsync(Data, "clients", "show", "client", "--json")).Json.GetProperty("secrets");

        await using (var api = await ApiProcess.StartAsync(Data))
        {
            Assert.Equal(HttpStatusCode.OK, await PostTokenAsync(api, "client", first));
            Assert.Equal(HttpStatusCode.OK, await PostTokenAsync(api, "client", secret));
        }

        (await Command.RunAsync(Data, "clients", "rotate", "client")).AssertRefused("secrets are 2 already");
        await Command.DoAsync(Data, "clients", "remove-secret", "client", shown[0].GetProperty("id").GetString()!);

        await using var next = await ApiProcess.StartAsync(Data);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostTokenAsync(next, "client", first));
        Assert.Equal(HttpStatusCode.OK, await PostTokenAsync(next, "client", secret));
        Assert.Equal(second.GetProperty("id").GetString(), shown[1].GetProperty("id").GetString());
        Assert.True(second.GetProperty("client_secret_expires_at").GetInt64() > 0);
    }

    [Fact]
    public async Task Disabled_client_is_refused_and_enabled_again()
    {
        var secret = (await AddAsync("client", "--scope", "USER")).Secret;
        await Command.DoAsync(Data, "clients", "disable", "client");

        await using (var api = await ApiProcess.StartAsync(Data))
        {
            Assert.Equal(HttpStatusCode.BadRequest, await PostTokenAsync(api, "client", secret));
        }

        var enabled = await Command.DoAsync(Data, "clients", "enable", "client", "--json");

        Assert.True(enabled.Json.GetProperty("enabled").GetBoolean());
        await using var next = await ApiProcess.StartAsync(Data);
        Assert.Equal(HttpStatusCode.OK, await PostTokenAsync(next, "client", secret));
    }

    [Fact]
    public async Task Client_has_every_registered_member()
    {
        using var rsa = RSA.Create(2048);
        var modulus = Convert.ToBase64String(rsa.ExportParameters(false).Modulus!).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var jwks = $$"""{"keys":[{"kty":"RSA","kid":"k1","n":"{{modulus}}","e":"AQAB"}]}""";
        await File.WriteAllTextAsync(_folder["keys.json"], jwks);

        var added = (await Command.DoAsync(
            Data, "clients", "add", "--name", "Größe", "--scope", "USER", "--scope", "ADMIN", "--auth-method", "private_key_jwt",
            "--jwks", _folder["keys.json"], "--claims", """{"tenant":{"id":7}}""", "--lifetime", "900", "--reuse", "60", "--json")).Json;

        var clientId = added.GetProperty("client_id").GetString()!;
        Assert.False(added.TryGetProperty("client_secret", out _));
        var shown = await Command.DoAsync(Data, "clients", "show", clientId);
        Assert.Equal(
            [
                "client_name: Größe", "scope: USER ADMIN", "token_endpoint_auth_method: private_key_jwt",
                """claims: {"tenant":{"id":7}}""", "access_token_lifetime: 900", "access_token_reuse: 60", "enabled: true",
            ],
            shown.Output.Split('\n').Where(line => line.Split(':')[0] is not
                ("client_id" or "jwks" or "created_at" or "updated_at" or "version" or "")));
        Assert.Contains("\"kid\":\"k1\"", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Public_client_gets_no_secret()
    {
        var added = await Command.DoAsync(
            Data, "clients", "add", "--name", "App", "--scope", "USER", "--auth-method", "none", "--grant-type", "authorization_code",
            "--redirect-uri", "https://app.example/callback", "http://127.0.0.1/callback", "--post-logout-redirect-uri",
            "https://app.example/", "--require-consent", "--json");

        Assert.False(added.Json.TryGetProperty("client_secret", out _));
        Assert.Equal("""["authorization_code"]""", added.Json.GetProperty("grant_types").GetRawText());
        Assert.Equal(
            """["https://app.example/callback","http://127.0.0.1/callback"]""", added.Json.GetProperty("redirect_uris").GetRawText());
        Assert.Equal("""["https://app.example/"]""", added.Json.GetProperty("post_logout_redirect_uris").GetRawText());
        Assert.True(added.Json.GetProperty("require_consent").GetBoolean());
    }

    [Fact]
    public async Task List_has_each_client_once_and_nothing_secret()
    {
        List<string> secrets = [(await AddAsync("b", "--scope", "USER")).Secret, (await AddAsync("a", "--scope", "ADMIN")).Secret];

        var list = await Command.DoAsync(Data, "clients", "list");
        var json = await Command.DoAsync(Data, "clients", "list", "--json");
        var shown = await Command.DoAsync(Data, "clients", "show", "a");

        var lines = list.Output.TrimEnd().Split('\n');
        Assert.Equal(["CLIENT_ID", "a", "b"], lines.Select(line => line.Split(' ')[0]));
        var enabled = lines[0].IndexOf("ENABLED", StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.Equal("yes", line.Substring(enabled, 3)));
        var clients = json.Json.GetProperty("clients").EnumerateArray();
        Assert.Equal(["a", "b"], clients.Select(client => client.GetProperty("client_id").GetString()));

        foreach (var text in (string[])[list.Output, json.Output, shown.Output])
        {
            Assert.DoesNotContain(secrets, secret => text.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(secrets, secret => text.Contains(
                Convert.ToBase64String(ClientSecret.Hash(secret)), StringComparison.Ordinal));
        }
    }

    [Fact]
    public Task Client_lives_from_its_registration_to_its_removal() => LiveAsync(("DataDirectory", Data));

    /// <summary>Registers, changes and removes a client, in the store that the environment sets.</summary>
    internal static async Task LiveAsync(params (string, string)[] environment)
    {
        await DoAsync("add", "--id", "life", "--name", "Life", "--scope", "USER");
        await DoAsync("rotate", "life", "--previous-expires-in", "600");
        var secrets = (await DoAsync("show", "life")).Json.GetProperty("secrets");
        await DoAsync("remove-secret", "life", secrets[0].GetProperty("id").GetString()!);
        var disabled = await DoAsync("disable", "life");
        var enabled = await DoAsync("enable", "life");
        var list = await DoAsync("list");
        var removed = await DoAsync("remove", "life");
        var again = await Command.RunAsync(environment, "clients", "remove", "life");

        Assert.Equal(2, secrets.GetArrayLength());
        Assert.False(disabled.Json.GetProperty("enabled").GetBoolean());
        Assert.True(enabled.Json.GetProperty("enabled").GetBoolean());
        Assert.Single(list.Json.GetProperty("clients")[0].GetProperty("secrets").EnumerateArray());
        Assert.Empty(removed.Output);
        again.AssertRefused("client_id is not the ID of a client.");

        async Task<Command> DoAsync(params string[] arguments)
        {
            var command = await Command.RunAsync(environment, ["clients", .. arguments, "--json"]);
            Assert.True(command.ExitCode is 0, command.Error);

            return command;
        }
    }

    [Fact]
    public async Task Removed_client_is_gone()
    {
        await AddAsync("client", "--scope", "USER");

        var removed = await Command.DoAsync(Data, "clients", "remove", "client");

        Assert.Equal("Removed.\n", removed.Output);
        (await Command.RunAsync(Data, "clients", "show", "client")).AssertRefused("client_id is not the ID of a client.");
        Assert.Equal("There are no clients.\n", (await Command.DoAsync(Data, "clients", "list")).Output);
    }

    [Fact]
    public async Task Damaged_client_is_listed_as_such_and_removed()
    {
        const string Odd = "../a b\n";
        await AddAsync("client", "--scope", "USER");
        await RawSqlite.WriteClientAsync(Path.Combine(Data, "data.db"), "damaged", "{}");
        await RawSqlite.WriteClientAsync(Path.Combine(Data, "data.db"), Odd, "{");

        var list = await Command.DoAsync(Data, "clients", "list");
        var json = await Command.DoAsync(Data, "clients", "list", "--json");

        var lines = list.Output.TrimEnd().Split('\n');
        Assert.Equal(["CLIENT_ID", "client"], lines[..2].Select(line => line.Split(' ')[0]));
        Assert.StartsWith("../a b? is damaged. Remove it", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("damaged is damaged. Remove it", lines[3], StringComparison.Ordinal);
        Assert.Equal(
            [Odd, "damaged"], json.Json.GetProperty("damaged").EnumerateArray().Select(item => item.GetProperty("client_id").GetString()));
        (await Command.RunAsync(Data, "clients", "show", "damaged")).AssertRefused("client_id is the ID of a damaged client");
        Assert.Equal("Removed.\n", (await Command.DoAsync(Data, "clients", "remove", "damaged")).Output);
        Assert.Equal("Removed.\n", (await Command.DoAsync(Data, "clients", "remove", Odd)).Output);
        Assert.Single((await Command.DoAsync(Data, "clients", "list")).Output.TrimEnd().Split('\n')[1..]);
    }

    [Fact]
    public async Task Last_administrator_can_be_removed_and_another_one_added()
    {
        await AddAsync("admin", "--scope", "ADMIN");
        await Command.DoAsync(Data, "clients", "remove", "admin");

        await AddAsync("second", "--scope", "ADMIN");

        var list = await Command.DoAsync(Data, "clients", "list", "--json");
        Assert.Equal("second", Assert.Single(list.Json.GetProperty("clients").EnumerateArray()).GetProperty("client_id").GetString());
    }

    [Fact]
    public async Task Database_is_accessible_to_its_owner_only()
    {
        await AddAsync("client", "--scope", "USER");

        var files = new DirectoryInfo(Data).EnumerateFiles().Select(file => file.UnixFileMode).Distinct();
        Assert.Equal([UnixFileMode.UserRead | UnixFileMode.UserWrite], files);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Data).UnixFileMode);
    }

    private Task<Command> AddAsync(string clientId, params string[] arguments) =>
        Command.DoAsync(Data, ["clients", "add", "--id", clientId, "--name", clientId, .. arguments]);

    private static async Task<HttpStatusCode> PostTokenAsync(ApiProcess api, string clientId, string secret)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = clientId, ["client_secret"] = secret });
        using var response = await http.PostAsync(new Uri(api.Address + "/oauth2/token"), form);

        return response.StatusCode;
    }
}
