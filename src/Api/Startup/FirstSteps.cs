using Api.Clients;
using Api.Configuration;
using Api.Foundation;
using Api.Keys;
using Api.OAuth;
using Api.Storage;
using Api.Users;

namespace Api.Startup;

/// <summary>Starts the server: creates missing local data, listens, and prints the first steps in development.</summary>
internal static partial class FirstSteps
{
    public static async Task StartAndWaitAsync(this WebApplication app)
    {
        // Read local data before listening, so that damaged data stops the start and no request is served. Remote data is loaded
        // on first use: metadata requests do not need it and must be answered at once.
        if (app.Services.GetRequiredService<IKeyRingStore>() is KeyRingFile)
        {
            await app.Services.GetRequiredService<KeyRingCache>().FillAsync(CancellationToken.None);
        }

        var options = app.Services.GetRequiredService<AuthorizationServerOptions>();
        var isLocal = options.DataTable is "";

        if (isLocal)
        {
            await app.Services.GetRequiredService<SqliteDatabase>().OpenAsync(CancellationToken.None);
        }

        WarnOfOtherOwner(app, options);
        await app.StartAsync();

        // On Lambda, StartAsync returns only when the function ends. Nobody reads a secret that is printed then.
        if (app.Environment.IsDevelopment() && !app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Create client and user after the server listens. Secret and link are shown only once, and a failed start would lose them.
            var secret = !isLocal ? null : await app.Services.GetRequiredService<DevelopmentClient>().CreateAsync(CancellationToken.None);
            var link = !isLocal || !options.SignIn
                ? null
                : await app.Services.GetRequiredService<DevelopmentUser>().CreateAsync(CancellationToken.None);
            await Console.Out.WriteLineAsync(
                Describe(options, secret) + Describe(link) + SwaggerPages(options) + OtherAddress(options, app.Urls));
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
        "This program runs as root, but the folder {Folder} belongs to user {Owner}, who can replace the signing keys and the "
            + "clients in it. Run the program as that user, or make root the owner of the folder and its files.")]
    private static partial void LogOtherOwner(ILogger logger, string folder, int owner);

    private static string Describe(AuthorizationServerOptions options, string? secret)
    {
        if (secret is null)
        {
            var where = options.DataTable is "" ? "" : $" in the DynamoDB table {options.DataTable}";

            return $"""

                No development client was created, because there are clients{where}. If you lost its secret, add another:

                  dotnet run --project src/Api -- clients rotate {DevelopmentClient.ClientId}


                """;
        }

        var getToken = $"curl -s -u {DevelopmentClient.ClientId}:{secret} -d grant_type=client_credentials "
            + $"{options.Issuer}{EndpointPaths.Token}";

        return $$"""

            A development client was created. Its secret is shown only once:

              client_id      {{DevelopmentClient.ClientId}}
              client_secret  {{secret}}

            Get a token:

              {{getToken}}

            Call a protected route:

              curl -s -H "Authorization: Bearer $({{getToken}} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')" {{options.Issuer}}/user/me


            """;
    }

    private static string Describe(string? link) => link is null
        ? ""
        : $"""
            The user {DevelopmentUser.UserName} was created. To sign in, open this link within 24 hours and create a passkey. It works once:

              {link}

            If you lost the link, create another one:

              dotnet run --project src/Api -- users link {DevelopmentUser.UserName}


            """;

    private static string SwaggerPages(AuthorizationServerOptions options) =>
        options.Swagger ? $"Swagger UI: {options.Issuer}/swagger\n" : "";

    private static string OtherAddress(AuthorizationServerOptions options, ICollection<string> urls) =>
        urls.Any(url => BindingAddress.Parse(url).Port == new Uri(options.Issuer).Port)
            ? ""
            : $"This program listens on {string.Join(", ", urls)}, but Issuer is {options.Issuer}. Set Issuer to the URL of the "
                + "server.\n";
}
