using Api.Foundation.Caching;
using Api.Storage;

namespace Api.Clients;

/// <summary>
/// Notes on which day each secret was last used: once a day, behind the answer's back, and if that fails, then not. It only helps an
/// administrator to see which secret can go.
/// </summary>
internal sealed partial class LastUsedRecorder(ClientStore store, ILogger<LastUsedRecorder> logger)
{
    private readonly BoundedDictionary<Use, DateOnly> _noted = new(10_000);

    public void Note(Client client, ClientSecret secret, DateOnly day)
    {
        var use = new Use(client.ClientId, secret.Id);

        // The first client's is not in the store.
        if (client.Version is "" || secret.LastUsed >= day || (_noted.TryGetValue(use, out var noted) && noted >= day))
        {
            return;
        }

        _noted[use] = day;
        _ = Task.Run(() => WriteAsync(client.ClientId, secret.Id, day));
    }

    private async Task WriteAsync(string clientId, string secretId, DateOnly day)
    {
        try
        {
            await store.RecordUseAsync(clientId, secretId, day, CancellationToken.None);
        }
        catch (StorageException exception)
        {
            // Not tried again until tomorrow: whoever cannot be reached is not helped by one more request for each token.
            LogNotNoted(logger, clientId, exception.Message);
        }
    }

    // Not a tuple: code for a type of our own is compiled ahead.
    private readonly record struct Use(string ClientId, string SecretId);

    [LoggerMessage(1, LogLevel.Warning, "The day on which a secret of {ClientId} was used is not noted: {Reason}")]
    private static partial void LogNotNoted(ILogger logger, string clientId, string reason);
}
