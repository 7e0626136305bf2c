using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json.Nodes;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;
using Api.Routes;

namespace Api.CommandLine;

/// <summary>The registration of a client: puts together what the body of a POST to /admin/clients has.</summary>
internal static class AddClientCommand
{
    private static readonly Option<string> Name = new("--name")
    {
        Description = "What people call it",
        HelpName = "TEXT",
        Required = true,
    };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description = "The scopes that it may have",
        HelpName = "SCOPE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Id = new("--id")
    {
        Description = "Its client_id; without it, a random one",
        HelpName = "ID",
    };

    private static readonly Option<string> Method = new("--auth-method")
    {
        Description = $"The only way in which it may authenticate: {string.Join(", ", AuthenticationMethods.All)}",
        HelpName = "METHOD",
    };

    private static readonly Option<JsonObject?> Jwks = Json("--jwks", "FILE", "A file with its public keys, a JWK Set", ReadFile);

    private static readonly Option<string> JwksUri = new("--jwks-uri")
    {
        Description = "The https address of its public keys",
        HelpName = "URL",
    };

    private static readonly Option<JsonObject?> Claims =
        Json("--claims", "JSON", "Claims of its own for its tokens", Encoding.UTF8.GetBytes);

    private static readonly Option<int?> Lifetime =
        CommandOutput.Seconds("--lifetime", "How long its tokens live; without it, as the setting AccessTokenLifetime says");

    private static readonly Option<int?> Reuse =
        CommandOutput.Seconds("--reuse", "For how long it gets the same token again; without it, each request gets a new one");

    public static Command Create()
    {
        var command = new Command("add", "Registers a client, and shows its secret once")
        {
            Name, Scopes, Id, Method, Jwks, JwksUri, Claims, Lifetime, Reuse,
        };
        command.Do(RunAsync);

        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, ParseResult result, CancellationToken cancellation)
    {
        var clients = await ClientCommands.OpenAsync(services, create: true, cancellation);
        var added = await clients!.AddAsync(Members(result), ClientCommands.By);

        return added.Made is not { ClearText: var secret } ? await CommandOutput.WriteAsync(result, added) : await CommandOutput.WriteAsync(
            result,
            ClientMetadata.From(added),
            ClientsJson.Default.ClientMetadata,
            $"""
            The client was made. Its secret is shown only this once:

              client_id      {added.Client!.ClientId}
              client_secret  {secret}

            Get a token:

              {GetToken(services.GetRequiredService<AuthorizationServerOptions>().Issuer, added.Client, secret)}
            """);
    }

    private static JsonObject Members(ParseResult result) => new()
    {
        ["client_name"] = result.GetValue(Name),
        ["scope"] = string.Join(' ', result.GetRequiredValue(Scopes)),
        [ClientMetadataReader.ClientId] = result.GetValue(Id),
        ["token_endpoint_auth_method"] = result.GetValue(Method),
        ["jwks"] = result.GetValue(Jwks),
        ["jwks_uri"] = result.GetValue(JwksUri),
        ["claims"] = result.GetValue(Claims),
        ["access_token_lifetime"] = result.GetValue(Lifetime),
        ["access_token_reuse"] = result.GetValue(Reuse),
    };

    private static string GetToken(string issuer, Client client, string secret)
    {
        var credentials = client.MayUse(AuthenticationMethods.SecretBasic)
            ? $"-u {client.ClientId}:{secret}"
            : $"-d client_id={client.ClientId} -d client_secret={secret}";

        return $"curl -s {credentials} -d grant_type=client_credentials "
            + $"{(issuer is Commands.NoIssuer ? "ISSUER" : issuer)}{EndpointPaths.Token}";
    }

    private static Option<JsonObject?> Json(string name, string helpName, string description, Func<string, byte[]> read) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = result => Parse(result, name, read) };

    private static JsonObject? Parse(ArgumentResult result, string name, Func<string, byte[]> read)
    {
        try
        {
            if (AdminRequestBody.Parse(read(result.Tokens[0].Value)) is { } value)
            {
                return value;
            }

            result.AddError($"{name} is not {AdminRequestBody.Rule}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            result.AddError($"{name}: {exception.Message}");
        }

        return null;
    }

    // What is longer than a body may be is cut off, and then is no JSON.
    private static byte[] ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[AdminRequestBody.MaximumLength];

        return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}
