using Api.Foundation.Caching;
using Api.Storage;

namespace Api.Clients;

/// <summary>
/// Records the day on which each secret was last used, once a day, in the background and without a retry. It helps an administrator to
/// find secrets that can be removed.
/// </summary>
internal sealed partial class LastUsedRecorder(IClientStore store, TimeProvider time, ILogger<LastUsedRecorder> logger)
{
    private readonly MemoCache<Use, DateOnly> _recorded = new(10_000, time);

    public void Note(Client client, ClientSecret secret, DateOnly day)
    {
        var use = new Use(client.ClientId, secret.Id);

        // The bootstrap client is not in the store.
        if (client.Version is "" || secret.LastUsed >= day || _recorded.Find(use) is not null)
        {
            return;
        }

        // Also if the write fails: the next attempt is tomorrow, because a store that is down needs no request for each token.
        _recorded.Set(use, new(day, new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)));
        _ = Task.Run(() => WriteAsync(client.ClientId, secret.Id, day));
    }

    private async Task WriteAsync(string clientId, string secretId, DateOnly day)
    {
        try
        {
            await store.NoteUseAsync(clientId, secretId, day, CancellationToken.None);
        }
        catch (StorageException exception)
        {
            LogNotRecorded(logger, clientId, exception.Message);
        }
    }

    // Not a tuple: ReadyToRun compiles generic code for the types of this assembly only.
    private readonly record struct Use(string ClientId, string SecretId);

    [LoggerMessage(1, LogLevel.Warning, "The day on which a secret of {ClientId} was used is not recorded: {Reason}")]
    private static partial void LogNotRecorded(ILogger logger, string clientId, string reason);
}
