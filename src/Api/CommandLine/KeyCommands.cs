using System.CommandLine;
using Api.Configuration;
using Api.Keys;

namespace Api.CommandLine;

/// <summary>The <c>keys</c> commands: list the signing keys and rotate them.</summary>
internal static class KeyCommands
{
    public static Command Create()
    {
        var list = new Command("list", "Lists the published signing keys, their states and their dates.");
        list.Do(ListAsync);
        var rotate = new Command("rotate", "Requests a new signing key. It is published before it signs tokens.");
        rotate.Do(RotateAsync);

        return new("keys", "Manages the signing keys.") { list, rotate };
    }

    private static async Task<int> ListAsync(IServiceProvider services, ParseResult result, CancellationToken cancellation)
    {
        var list = await FindAsync(services, cancellation) is { } ring
            ? KeyList.From(ring, services.GetRequiredService<TimeProvider>().GetUtcNow())
            : new KeyList([], Warning: null);

        if (list.Warning is { } warning)
        {
            await Console.Error.WriteLineAsync(warning);
        }

        return await CommandOutput.WriteAsync(result, list, KeysJson.Default.KeyList, list.Keys is [] ? NoKeys(services) : CommandOutput.Table(
            ["KID", "STATE", "CREATED", "SIGNS FROM", "PUBLISHED UNTIL"],
            list.Keys.Select(key => new[]
            {
                key.Kid, key.State, $"{key.CreatedAt:u}", $"{key.SignsFrom:u}", $"{key.PublishedUntil:u}",
            })));
    }

    private static async Task<int> RotateAsync(IServiceProvider services, ParseResult result, CancellationToken cancellation)
    {
        if (await FindAsync(services, cancellation) is null)
        {
            throw new KeyRingException(NoKeys(services));
        }

        var keys = services.GetRequiredService<KeyRingCache>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        // Load the ring first. Loading it during the rotation would log a failure as a warning and also report it as an error.
        await keys.FillAsync(cancellation);
        await services.GetRequiredService<KeyAdministration>().RotateAsync(ClientCommands.By, cancellation);
        var times = KeyRotationTimes.From(services.GetRequiredService<KeySchedule>(), now);

        return await CommandOutput.WriteAsync(
            result,
            times,
            KeysJson.Default.KeyRotationTimes,
            "A new signing key was requested.\n" + CommandOutput.Lines(times, KeysJson.Default.KeyRotationTimes));
    }

    /// <summary>Loads the key ring. Returns null if the file does not exist, and does not create it.</summary>
    private static async Task<KeyRing?> FindAsync(IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<IKeyRingStore>() is var store && store is KeyRingFile file
            ? await file.FindAsync()
            : await store.LoadAsync(cancellation);

    private static string NoKeys(IServiceProvider services) =>
        $"There are no signing keys in {services.GetRequiredService<AuthorizationServerOptions>().DataDirectory}. The server "
        + "creates the first key when it starts. If the server uses another data directory, set DataDirectory to it.";
}
