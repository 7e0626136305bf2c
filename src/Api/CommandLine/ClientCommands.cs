using System.CommandLine;
using System.Text.Json.Nodes;
using Api.Audit;
using Api.Clients;
using Api.Configuration;
using Api.Routes;
using Api.Storage;

namespace Api.CommandLine;

/// <summary>The <c>clients</c> commands. They apply the same rules as the routes below /admin/clients.</summary>
internal static class ClientCommands
{
    private const int PageSize = 200;

    private static readonly Argument<string> Id = new("ID") { Description = "The client_id." };
    private static readonly Argument<string> SecretId = new("SECRET_ID") { Description = "The secret ID, see `clients show`." };

    private static readonly Option<int?> ExpiresIn =
        CommandOutput.Seconds("--expires-in", "How long the new secret is valid. By default, it does not expire.");

    private static readonly Option<int?> PreviousExpiresIn =
        CommandOutput.Seconds("--previous-expires-in", "How long the previous secret stays valid. By default, unchanged.");

    /// <summary>The actor that audit events name.</summary>
    public static Actor By => new($"command line ({Environment.UserName})");

    public static Command Create() => new("clients", "Manages clients and their secrets.")
    {
        List(),
        Make("show", "Shows one client. Its secrets are not shown: only their hashes are stored.", [Id], ShowAsync),
        AddClientCommand.Create(),
        Make(
            "rotate",
            "Adds a secret to a client. The previous secret stays valid. A client can have two secrets.",
            [Id, ExpiresIn, PreviousExpiresIn],
            RotateAsync),
        Make("enable", "Enables a client.", [Id], EnableAsync),
        Make("disable", "Disables a client. Its existing tokens stay valid until they expire.", [Id], DisableAsync),
        Make("remove", "Removes a client. Its existing tokens stay valid until they expire.", [Id], RemoveAsync),
        Make("remove-secret", "Removes one secret of a client.", [Id, SecretId], RemoveSecretAsync),
    };

    /// <summary>
    /// Opens the client store. Returns null if the database file does not exist and <paramref name="create"/> is false.
    /// </summary>
    public static async Task<ClientAdministration?> OpenAsync(IServiceProvider services, bool create, CancellationToken cancellation)
    {
        var isOpen = await OpenStoreAsync(services, create || services.GetRequiredService<BootstrapClient>().Exists, cancellation);

        return isOpen ? services.GetRequiredService<ClientAdministration>() : null;
    }

    /// <summary>Opens the document store. Returns false if there is none and <paramref name="create"/> is false.</summary>
    public static async Task<bool> OpenStoreAsync(IServiceProvider services, bool create, CancellationToken cancellation)
    {
        if (services.GetRequiredService<IDocumentStore>() is SqliteDocumentStore)
        {
            var database = services.GetRequiredService<SqliteDatabase>();

            if (!create && !database.Exists)
            {
                return false;
            }

            await database.OpenAsync(cancellation);
        }

        return true;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists all clients.");
        command.Do(async (services, result, cancellation) =>
        {
            var clients = await OpenAsync(services, create: false, cancellation);
            var list = clients is null ? [] : await ReadAllAsync(clients, cancellation);

            return await CommandOutput.WriteAsync(
                result,
                ClientList.From(list, nextCursor: null),
                RoutesJson.Default.ClientList,
                clients is null ? NoClients(services) : list is [] ? "There are no clients." : Table(list));
        });

        return command;
    }

    private static Command Make(
        string name, string description, Symbol[] symbols, Func<ClientAdministration, ParseResult, CancellationToken, Task<int>> work)
    {
        var command = new Command(name, description);

        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.Do(async (services, result, cancellation) =>
        {
            var clients = await OpenAsync(services, create: false, cancellation);

            return await work(clients ?? throw new StorageException(NoClients(services)), result, cancellation);
        });

        return command;
    }

    private static async Task<int> ShowAsync(ClientAdministration clients, ParseResult result, CancellationToken cancellation) =>
        await CommandOutput.WriteAsync(result, await clients.FindAsync(result.GetRequiredValue(Id), cancellation));

    private static async Task<int> RotateAsync(ClientAdministration clients, ParseResult result, CancellationToken cancellation)
    {
        var members = new JsonObject
        {
            ["expires_in"] = result.GetValue(ExpiresIn),
            ["previous_expires_in"] = result.GetValue(PreviousExpiresIn),
        };
        var rotated = SecretLifetimes.TryRead(members, out var expiresIn, out var previousExpiresIn, out var invalid)
            ? await clients.AddSecretAsync(result.GetRequiredValue(Id), expiresIn, previousExpiresIn, versions: null, By, cancellation)
            : new(null, invalid);

        return rotated.Problem is not null ? await CommandOutput.WriteAsync(result, rotated) : await CommandOutput.WriteAsync(
            result,
            NewSecret.From(rotated),
            RoutesJson.Default.NewSecret,
            $"""
            A secret was created. It is shown only once. A running server accepts it within 60 seconds:

              client_id      {rotated.Client!.ClientId}
              client_secret  {rotated.NewSecret!.Value.ClearText}

            When the previous secret is no longer in use, remove it with `clients remove-secret`. `clients show` lists the IDs.
            """);
    }

    private static Task<int> EnableAsync(ClientAdministration clients, ParseResult result, CancellationToken cancellation) =>
        PatchAsync(clients, result, new() { ["enabled"] = true }, cancellation);

    private static Task<int> DisableAsync(ClientAdministration clients, ParseResult result, CancellationToken cancellation) =>
        PatchAsync(clients, result, new() { ["enabled"] = false }, cancellation);

    private static async Task<int> PatchAsync(
        ClientAdministration clients, ParseResult result, JsonObject patch, CancellationToken cancellation) =>
        await CommandOutput.WriteAsync(
            result, await clients.PatchAsync(result.GetRequiredValue(Id), patch, versions: null, By, cancellation));

    private static async Task<int> RemoveAsync(ClientAdministration clients, ParseResult result, CancellationToken cancellation) =>
        await CommandOutput.WriteAsync(
            result, await clients.RemoveAsync(result.GetRequiredValue(Id), versions: null, By, cancellation));

    private static async Task<int> RemoveSecretAsync(ClientAdministration clients, ParseResult result, CancellationToken cancellation) =>
        await CommandOutput.WriteAsync(result, await clients.RemoveSecretAsync(
            result.GetRequiredValue(Id), result.GetRequiredValue(SecretId), versions: null, By, cancellation));

    private static async Task<List<StoredClient>> ReadAllAsync(ClientAdministration clients, CancellationToken cancellation)
    {
        var page = await clients.ListAsync(after: null, PageSize, cancellation);
        List<StoredClient> all = [.. page.Clients];

        while (page.Next is not null)
        {
            page = await clients.ListAsync(page.Next, PageSize, cancellation);
            all.AddRange(page.Clients);
        }

        return all;
    }

    private static string Table(List<StoredClient> clients) => CommandOutput.Table(
        ["CLIENT_ID", "NAME", "SCOPE", "ENABLED", "SECRETS", "KEYS", "LAST USED"],
        clients.Select(stored => stored.Client).OfType<Client>().Select(client => new[]
        {
            client.ClientId,
            client.ClientName,
            string.Join(' ', client.Scopes),
            client.Enabled ? "yes" : "no",
            $"{client.Secrets.Length}",
            client.JwksUri is null ? $"{client.Keys.Length}" : "jwks_uri",
            $"{client.Secrets.Max(secret => secret.LastUsed):yyyy-MM-dd}",
        })) + string.Concat(clients.Where(stored => stored.Client is null).Select(damaged =>
            $"\n{Printable(damaged.ClientId)} is damaged. Remove it or restore it from a backup: {damaged.Fault}"));

    /// <summary>The ID of a damaged client or user can contain any character.</summary>
    public static string Printable(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));

    private static string NoClients(IServiceProvider services) =>
        $"There are no clients in {services.GetRequiredService<AuthorizationServerOptions>().DataDirectory}. Create one with "
        + "`clients add`. If the server uses another data directory, set DataDirectory to it.";
}
