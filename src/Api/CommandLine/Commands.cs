using System.CommandLine;
using System.CommandLine.Invocation;
using Api.Audit;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Net;
using Api.Hosting;
using Api.Keys;
using Api.OAuth;
using Api.Storage;
using Microsoft.Extensions.Logging.Console;

namespace Api.CommandLine;

/// <summary>The commands for clients and keys, for whoever may read and write where these are kept: they ask for no token.</summary>
internal static class Commands
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int WrongUsage = 2;

    /// <summary>Stands for the issuer where none is set: commands need none (RFC 2606 §2).</summary>
    public const string NoIssuer = "https://issuer.invalid";

    // Where things are, and what is printed. All other settings come from the environment and appsettings.json as well.
    private static readonly (string Name, string Description)[] Settings =
    [
        ("--DataDirectory", "Setting: the folder of signing keys and clients"),
        ("--ClientsTable", "Setting: the DynamoDB table that holds the clients"),
        ("--SigningKeySecretId", "Setting: the Secrets Manager secret that holds the signing keys"),
        ("--FirstClientSecretId", "Setting: the Secrets Manager secret of the client admin"),
        ("--Scopes", "Setting: the scopes that exist, separated by spaces"),
        ("--Issuer", "Setting: the address of the server, for the commands that are printed"),
    ];

    /// <summary>Whether the arguments are a command. The server's settings begin with a dash or a slash, or have a =.</summary>
    public static bool IsIn(string[] args) => args is [var first, ..]
        && (first is "--help" or "-h" or "--version"
            || (first is not ("" or ['-' or '/', ..]) && !first.Contains('=', StringComparison.Ordinal)));

    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> buildApi)
    {
        var root = new RootCommand("Administers clients and keys. Without a command, and with settings alone: starts the server.")
        {
            ClientCommands.Create(),
            KeyCommands.Create(),
            OpenApiCommand.Create(buildApi),
            CommandOutput.Json,
        };

        foreach (var (name, description) in Settings)
        {
            root.Add(new Option<string>(name) { Description = description, HelpName = "value", Recursive = true });
        }

        // An argument that begins with @ is no file to read more arguments from.
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

        await Console.Error.WriteLineAsync("--help behind a command shows what it takes.");
    }

    /// <summary>Lets a command work with the settings and the services of the server, which does not start.</summary>
    public static void Do(this Command command, Func<IServiceProvider, ParseResult, CancellationToken, Task<int>> work) =>
        command.SetAction(async (result, cancellation) =>
        {
            var given = Settings.Select(setting => (setting.Name, Value: result.GetValue<string>(setting.Name)));
            await using var app = Build([
                .. given.Where(setting => setting.Value is not null).Select(setting => $"{setting.Name}={setting.Value}"),
            ]);

            return await work(app.Services, result, cancellation);
        });

    // The server's own builder, so that each setting is found where the server finds it.
    private static WebApplication Build(string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(settings);
        // Standard output is for results alone.
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

        return builder.Build();
    }
}
