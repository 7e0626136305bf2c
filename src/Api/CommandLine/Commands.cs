using System.CommandLine;
using System.CommandLine.Invocation;
using Api.Audit;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Net;
using Api.Hosting;
using Api.Keys;
using Api.OAuth;
using Api.Sessions;
using Api.Storage;
using Api.Users;
using Microsoft.Extensions.Logging.Console;

namespace Api.CommandLine;

/// <summary>The command line for clients, users and signing keys. It needs access to the data store but no access token.</summary>
internal static class Commands
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int WrongUsage = 2;

    /// <summary>The issuer when none is configured, because commands do not need one (RFC 2606 §2).</summary>
    public const string NoIssuer = "https://issuer.invalid";

    // Settings that commands accept as options. Commands read every other setting from the environment and appsettings.json.
    private static readonly (string Name, string Description)[] Settings =
    [
        ("--DataDirectory", "Setting: the folder that holds the signing keys and the clients."),
        ("--DataTable", "Setting: the DynamoDB table that holds the data."),
        ("--SigningKeySecretId", "Setting: the Secrets Manager secret that holds the signing keys."),
        ("--FirstClientSecretId", "Setting: the Secrets Manager secret that holds the secret of the client admin."),
        ("--Scopes", "Setting: the available scopes, separated by spaces."),
        ("--Issuer", "Setting: the URL of the server. Used in the commands that are printed."),
    ];

    /// <summary>
    /// Returns whether the arguments start with a command. A server setting starts with a dash or a slash, or contains "=".
    /// </summary>
    public static bool IsIn(string[] args) => args is [var first, ..]
        && (first is "--help" or "-h" or "--version"
            || (first is not ("" or ['-' or '/', ..]) && !first.Contains('=', StringComparison.Ordinal)));

    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> buildApi)
    {
        var root = new RootCommand("Manages clients, users and signing keys. Without a command, starts the server.")
        {
            ClientCommands.Create(),
            UserCommands.Create(),
            KeyCommands.Create(),
            OpenApiCommand.Create(buildApi),
            CommandOutput.Json,
        };

        foreach (var (name, description) in Settings)
        {
            root.Add(new Option<string>(name) { Description = description, HelpName = "value", Recursive = true });
        }

        // Do not read arguments from a file when an argument starts with @.
        var result = root.Parse(args, new() { ResponseFileTokenReplacer = null });

        if (result.Action is ParseErrorAction misunderstanding)
        {
            await ExplainAsync(result, misunderstanding);

            return WrongUsage;
        }

        try
        {
            return await result.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (StartupFailure.Reason(exception) is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);

            return Refused;
        }
    }

    private static async Task ExplainAsync(ParseResult result, ParseErrorAction misunderstanding)
    {
        misunderstanding.ShowHelp = false;
        await using var text = new StringWriter();
        await result.InvokeAsync(new() { Output = text, Error = text });

        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await Console.Error.WriteLineAsync(line);
        }

        await Console.Error.WriteLineAsync("Add --help to a command to see its arguments and options.");
    }

    /// <summary>
    /// Sets the action of a command. The action gets the server's settings and services. The server does not start.
    /// </summary>
    public static void Do(this Command command, Func<IServiceProvider, ParseResult, CancellationToken, Task<int>> work) =>
        command.SetAction(async (result, cancellation) =>
        {
            var given = Settings.Select(setting => (setting.Name, Value: result.GetValue<string>(setting.Name)));
            await using var app = Build([
                .. given.Where(setting => setting.Value is not null).Select(setting => $"{setting.Name}={setting.Value}"),
            ]);

            return await work(app.Services, result, cancellation);
        });

    // Uses the same builder as the server, so that commands and server read settings from the same sources.
    private static WebApplication Build(string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(settings);
        // Write logs to standard error: standard output is for results only.
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
            (console.SingleLine, console.ColorBehavior) = (true, LoggerColorBehavior.Disabled));
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddAuthorizationServer();
        builder.Services.AddOAuth();
        builder.Services.PostConfigure<AuthorizationServerOptions>(options =>
            options.Issuer = options.Issuer is "" ? NoIssuer : options.Issuer);
        builder.Services.AddKeys();
        builder.Services.AddPublicHttpFetch();
        builder.Services.AddStorage();
        builder.Services.AddClients();
        builder.Services.AddUsers();
        builder.Services.AddSessions();

        return builder.Build();
    }
}
