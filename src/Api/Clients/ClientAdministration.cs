using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.Audit;
using Api.Configuration;
using Api.Foundation.Json;
using Api.OAuth;
using Api.Storage;

namespace Api.Clients;

/// <summary>The administration of clients, for the admin routes and the command line: checks each change and writes it.</summary>
internal sealed class ClientAdministration(
    ClientStore store, AuditedClientStore changes, BootstrapClient first, AuthorizationServerOptions options, TimeProvider time)
{
    // In bytes. A longer key cannot be in the store.
    private const int MaximumKeyLength = 1024;

    // An attempt fails only if another change was made at the same time.
    private const int MaximumAttempts = 10;

    /// <summary>The next clients: the bootstrap client, then the others in the order of their IDs.</summary>
    /// <param name="after">The end of the previous page; null: the first page. "" is the end of a page with the bootstrap client alone.</param>
    /// <param name="limit">The size of the page.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ClientPage> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        ImmutableArray<StoredClient> head =
            after is null && first.Exists ? [new(BootstrapClient.ClientId, await first.GetAsync(cancellation))] : [];
        // One more than the page, to see if there is a next page.
        var found = await store.ListAsync(after, limit - head.Length + 1, cancellation);
        ImmutableArray<StoredClient> page = [.. head, .. found[..Math.Min(found.Length, limit - head.Length)]];

        return new(page, found.Length <= limit - head.Length ? null : page.Length == head.Length ? "" : page[^1].ClientId);
    }

    /// <summary>The client as it is stored now. The cache is not used.</summary>
    public async Task<ClientResult> FindAsync(string clientId, CancellationToken cancellation)
    {
        try
        {
            var client = !Client.IsId(clientId) ? null
                : IsFirst(clientId) ? await first.GetAsync(cancellation)
                : await store.FindAsync(clientId, cancellation);

            return client is null
                ? ClientResult.Refused(AdminProblemKind.NotFound, ClientMetadataReader.ClientId, "is not the ID of a client")
                : new(client);
        }
        catch (DamagedClientException damaged)
        {
            return ClientResult.Refused(
                AdminProblemKind.Damaged,
                ClientMetadataReader.ClientId,
                $"is the ID of a damaged client, which can only be removed or restored from a backup: {damaged.Client.Fault}");
        }
    }

    /// <summary>Registers a client. Generates the ID unless it is given, and a secret unless the client authenticates with keys.</summary>
    public async Task<ClientResult> AddAsync(JsonObject members, Actor by)
    {
        var registration = new ClientMetadataReader(options);
        var now = time.GetUtcNow();
        members = members.DeepClone().AsObject();
        var clientId = ReadId(members, registration);
        var empty = new Client { ClientId = clientId, ClientName = "", Scopes = [], CreatedAt = now, UpdatedAt = now };

        if (registration.Read(members, empty) is not { } client)
        {
            return ClientResult.Refused(registration);
        }

        var result = new ClientResult(client);

        if (client.AuthenticationMethod is AuthenticationMethods.SecretBasic or AuthenticationMethods.SecretPost
            || client is { AuthenticationMethod: null, HasKeys: false })
        {
            var made = ClientSecret.Generate(now);
            result = new ClientResult(client with { Secrets = [made.Secret] }) { NewSecret = made };
        }

        if (IsReserved(clientId) || !await changes.AddAsync("Registration", by, result.Client!))
        {
            return ClientResult.Refused(AdminProblemKind.Conflict, ClientMetadataReader.ClientId, "is taken. Choose another one, or omit it");
        }

        return result;
    }

    /// <summary>Changes a client by a merge patch (RFC 7396).</summary>
    public Task<ClientResult> PatchAsync(
        string clientId, JsonObject patch, IReadOnlyCollection<string>? versions, Actor by, CancellationToken cancellation) =>
        ChangeAsync("Change", clientId, versions, by, client =>
        {
            var registration = new ClientMetadataReader(options);
            // Before the patch is applied, which would drop members that are null.
            registration.RefuseUnknown(patch);
            var patched = MergePatch.Apply(ClientMetadata.From(client).ToEditable(), patch);

            return registration.Read(patched, client) is not { } changed ? ClientResult.Refused(registration)
                // All sign-ins to it end, and stay ended if it is enabled again: then also those that another instance, whose cache did not
                // know it yet, began while it was disabled.
                : client.Enabled != changed.Enabled ? new(changed with { DisabledAt = time.GetUtcNow() })
                : new(changed);
        }, cancellation);

    /// <summary>Removes a client, also a damaged one.</summary>
    public async Task<ClientResult> RemoveAsync(
        string clientId, IReadOnlyCollection<string>? versions, Actor by, CancellationToken cancellation)
    {
        var result = await ChangeAsync("Removal", clientId, versions, by, _ => new(null), cancellation);

        // A document under an invalid ID is damaged too.
        return versions is null && result.Problem is { Kind: AdminProblemKind.Damaged or AdminProblemKind.NotFound }
            && Encoding.UTF8.GetByteCount(clientId) is > 0 and <= MaximumKeyLength
            && await changes.RemoveDamagedAsync("Removal (damaged)", by, clientId)
                ? new(null)
                : result;
    }

    /// <summary>Adds a secret.</summary>
    /// <param name="clientId">The client that gets the secret.</param>
    /// <param name="expiresIn">The lifetime of the secret; null: it does not expire.</param>
    /// <param name="previousExpiresIn">The remaining lifetime of the previous secret; null: unchanged.</param>
    /// <param name="versions">The versions in which the client is changed; null: any.</param>
    /// <param name="by">The administrator.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<ClientResult> AddSecretAsync(
        string clientId,
        TimeSpan? expiresIn,
        TimeSpan? previousExpiresIn,
        IReadOnlyCollection<string>? versions,
        Actor by,
        CancellationToken cancellation) =>
        ChangeAsync("New secret", clientId, versions, by, client =>
        {
            var now = time.GetUtcNow();
            var live = client.Secrets.Where(secret => secret.IsLiveAt(now)).ToImmutableArray();

            if (client.AuthenticationMethod is AuthenticationMethods.PrivateKeyJwt or AuthenticationMethods.None)
            {
                return ClientResult.Refused(
                    AdminProblemKind.Conflict, "token_endpoint_auth_method",
                    $"is {client.AuthenticationMethod}, so that the client cannot use a secret");
            }

            if (live.Length >= Client.MaximumSecrets)
            {
                return ClientResult.Refused(
                    AdminProblemKind.Conflict, "secrets", $"are {live.Length} already. Remove one first");
            }

            var made = ClientSecret.Generate(now, now + expiresIn);
            var previous = live.Select(secret => now + previousExpiresIn is { } end && !(secret.ExpiresAt < end)
                ? secret with { ExpiresAt = end }
                : secret);

            return new(client with { Secrets = [.. previous, made.Secret] }) { NewSecret = made };
        }, cancellation);

    public Task<ClientResult> RemoveSecretAsync(
        string clientId, string secretId, IReadOnlyCollection<string>? versions, Actor by, CancellationToken cancellation) =>
        ChangeAsync("Removal of a secret", clientId, versions, by, client =>
        {
            var others = client.Secrets.RemoveAll(secret => secret.Id == secretId);

            return others.Length < client.Secrets.Length
                ? new(client with { Secrets = others })
                : ClientResult.Refused(AdminProblemKind.NotFound, "secrets", "have no secret with this ID");
        }, cancellation);

    private async Task<ClientResult> ChangeAsync(
        string what,
        string clientId,
        IReadOnlyCollection<string>? versions,
        Actor by,
        Func<Client, ClientResult> change,
        CancellationToken cancellation)
    {
        if (IsFirst(clientId))
        {
            return ClientResult.Refused(
                AdminProblemKind.Conflict,
                ClientMetadataReader.ClientId,
                "is the ID of the client of the setting FirstClientSecretId. Change that secret, or remove the setting");
        }

        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var found = await FindAsync(clientId, cancellation);

            if (found.Client is not { } before)
            {
                return found;
            }

            if (versions?.Contains(before.Version) is false)
            {
                break;
            }

            var result = change(before);

            if (result.Problem is not null)
            {
                return result;
            }

            result = result with
            {
                Client = result.Client is null ? null : result.Client with { Version = Document.NewVersion(), UpdatedAt = time.GetUtcNow() },
            };

            if (await changes.ChangeAsync(what, by, before, result.Client))
            {
                return result;
            }
        }

        return ClientResult.Refused(
            AdminProblemKind.Changed, "version", "has changed. Read the client again and repeat the change");
    }

    // With a table, a bootstrap client can be added later. It would hide a stored client with its ID, as Swagger UI's client would.
    private bool IsReserved(string clientId) =>
        clientId is SwaggerClient.ClientId || (clientId is BootstrapClient.ClientId && (first.Exists || options.DataTable is not ""));

    private bool IsFirst(string clientId) => first.Exists && clientId == BootstrapClient.ClientId;

    private string ReadId(JsonObject members, ClientMetadataReader registration)
    {
        if (!members.Remove(ClientMetadataReader.ClientId, out var chosen) || chosen is null)
        {
            return RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 20);
        }

        if (chosen is JsonValue value && value.TryGetValue(out string? text) && Client.IsId(text))
        {
            if (Subject.FaultOfClientId(text, options.Audience) is { } fault)
            {
                registration.Add(ClientMetadataReader.ClientId, fault);
            }

            return text;
        }

        registration.Add(
            ClientMetadataReader.ClientId, $"must be 1 to {Client.MaximumIdLength} letters, digits or . _ ~ -, and must start with a letter or digit");

        return "";
    }
}
