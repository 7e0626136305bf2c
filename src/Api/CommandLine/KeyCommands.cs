using System.CommandLine;
using Api.Configuration;
using Api.Keys;

namespace Api.CommandLine;

/// <summary>The signing keys: listed, and rotated.</summary>
internal static class KeyCommands
{
    public static Command Create()
    {
        var list = new Command("list", "Lists the published keys: what each is for, and until when");
        list.Do(ListAsync);
        var rotate = new Command("rotate", "Asks for a new key, published first and signing later, so that no token is refused");
        rotate.Do(RotateAsync);

        return new("keys", "The signing keys") { list, rotate };
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
        // Not while it rotates, when a failure would be a warning as well.
        await keys.FillAsync(cancellation);
        await services.GetRequiredService<KeyAdministration>().RotateAsync(ClientCommands.By, cancellation);
        var times = KeyRotationTimes.From(services.GetRequiredService<KeySchedule>(), now);

        return await CommandOutput.WriteAsync(
            result,
            times,
            KeysJson.Default.KeyRotationTimes,
            "A new signing key is on its way.\n" + CommandOutput.Lines(times, KeysJson.Default.KeyRotationTimes));
    }

    /// <summary>The ring as it is: where there is none in a file, whoever looks for it does not make it.</summary>
    private static async Task<KeyRing?> FindAsync(IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<IKeyRingStore>() is var store && store is KeyRingFile file
            ? await file.FindAsync()
            : await store.LoadAsync(cancellation);

    private static string NoKeys(IServiceProvider services) =>
        $"There are no signing keys in {services.GetRequiredService<AuthorizationServerOptions>().DataDirectory}: the server's first "
        + "start makes one. If it has been started, set DataDirectory as it has it.";
}
