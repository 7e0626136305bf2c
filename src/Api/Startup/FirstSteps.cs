using Api.Clients;
using Api.Configuration;
using Api.Foundation;
using Api.Keys;
using Api.OAuth;
using Api.Storage;

namespace Api.Startup;

/// <summary>Starts the program on one machine: makes what is missing, listens, and shows a developer the first steps.</summary>
internal static partial class FirstSteps
{
    public static async Task StartAndWaitAsync(this WebApplication app)
    {
        // Ahead of listening, so that what is damaged here stops the start and nobody is answered. What is kept elsewhere can wait:
        // the metadata needs none of it, and has to be there at once.
        if (app.Services.GetRequiredService<IKeyRingStore>() is KeyRingFile)
        {
            await app.Services.GetRequiredService<KeyRingCache>().FillAsync(CancellationToken.None);
        }

        var options = app.Services.GetRequiredService<AuthorizationServerOptions>();
        var isLocal = options.ClientsTable is "";

        if (isLocal)
        {
            await app.Services.GetRequiredService<SqliteDatabase>().OpenAsync(CancellationToken.None);
        }

        WarnOfOtherOwner(app, options);
        await app.StartAsync();

        // On Lambda the start lasts until the end, when there is nobody to show a secret to.
        if (app.Environment.IsDevelopment() && !app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Once it listens: a secret is shown only this once, and a start that fails would have used it up.
            var secret = !isLocal ? null : await app.Services.GetRequiredService<DevelopmentClient>().CreateAsync(CancellationToken.None);
            await Console.Out.WriteLineAsync(Describe(options, secret) + OtherAddress(options, app.Urls));
        }

        await app.WaitForShutdownAsync();
    }

    private static void WarnOfOtherOwner(WebApplication app, AuthorizationServerOptions options)
    {
        if (Directory.Exists(options.DataDirectory) && FileOwner.OtherThanRoot(options.DataDirectory) is { } owner)
        {
            LogOtherOwner(app.Logger, options.DataDirectory, owner.Uid);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "This program runs as root, but the folder {Folder} belongs to the user {Owner}, who can replace the signing keys and the clients in "
            + "it. Run the program as that user, or give the folder and its files to root.")]
    private static partial void LogOtherOwner(ILogger logger, string folder, int owner);

    private static string Describe(AuthorizationServerOptions options, string? secret)
    {
        var swagger = options.Swagger ? $"Swagger UI: {options.Issuer}/swagger" : "";

        if (secret is null)
        {
            var where = options.ClientsTable is "" ? "" : $" in the DynamoDB table {options.ClientsTable}";

            return $"""

                No client was made: there are some{where}. Is a secret lost? One more is made with

                  dotnet run --project src/Api -- clients rotate {DevelopmentClient.ClientId}

                {swagger}

                """;
        }

        var getToken = $"curl -s -u {DevelopmentClient.ClientId}:{secret} -d grant_type=client_credentials "
            + $"{options.Issuer}{EndpointPaths.Token}";

        return $$"""

            A client for development was made. Its secret is shown only this once:

              client_id      {{DevelopmentClient.ClientId}}
              client_secret  {{secret}}

            Get a token:

              {{getToken}}

            Call a guarded route with one:

              curl -s -H "Authorization: Bearer $({{getToken}} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')" {{options.Issuer}}/user/me

            {{swagger}}
            """;
    }

    private static string OtherAddress(AuthorizationServerOptions options, ICollection<string> urls) =>
        urls.Any(url => BindingAddress.Parse(url).Port == new Uri(options.Issuer).Port)
            ? ""
            : $"This program listens on {string.Join(", ", urls)} but calls itself {options.Issuer}: set Issuer to that address too.\n";
}
