using System.CommandLine;
using Api.ApiDescription;

namespace Api.CommandLine;

/// <summary>The <c>openapi</c> command: writes the OpenAPI document of this API, for client generators.</summary>
internal static class OpenApiCommand
{
    private static readonly Option<FileInfo> Output = new("--output")
    {
        Description = "Writes the document to this file if its content changed.",
        HelpName = "file",
    };

    /// <param name="buildApi">Builds the web API from command-line settings.</param>
    public static Command Create(Func<string[], WebApplication> buildApi)
    {
        var command = new Command("openapi", "Prints the OpenAPI document of this API.") { Output };
        command.SetAction((result, cancellation) => RunAsync(buildApi, result, cancellation));

        return command;
    }

    private static async Task<int> RunAsync(
        Func<string[], WebApplication> buildApi, ParseResult result, CancellationToken cancellation)
    {
        var issuer = result.GetValue<string>("--Issuer") ?? Commands.NoIssuer;
        await using var app = buildApi([$"--Issuer={issuer}", "--Swagger=true"]);
        var document = await app.GetOpenApiDocumentAsync() + "\n";

        if (result.GetValue(Output) is not { } file)
        {
            await Console.Out.WriteAsync(document);
        }
        else if (!file.Exists || await File.ReadAllTextAsync(file.FullName, cancellation) != document)
        {
            await File.WriteAllTextAsync(file.FullName, document, cancellation);
        }

        return Commands.Done;
    }
}
