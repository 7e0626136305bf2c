using System.CommandLine;
using Api.ApiDescription;
using Api.Startup;

namespace Api.CommandLine;

/// <summary>The OpenAPI document of this API, for tools that make clients from it.</summary>
internal static class OpenApiCommand
{
    private static readonly Option<FileInfo> Output = new("--output")
    {
        Description = "Writes to this file instead, if it does not have the same content already",
        HelpName = "file",
    };

    public static Command Create()
    {
        var command = new Command("openapi", "Prints the OpenAPI document of this API") { Output };
        command.SetAction(RunAsync);

        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        var issuer = result.GetValue<string>("--Issuer") ?? Commands.NoIssuer;
        await using var app = WebApi.Build([$"--Issuer={issuer}", "--Swagger=true"]);
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
