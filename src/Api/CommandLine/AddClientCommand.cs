using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json.Nodes;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;
using Api.Routes;

namespace Api.CommandLine;

/// <summary>The <c>clients add</c> command. It builds the same JSON members as the body of POST /admin/clients.</summary>
internal static class AddClientCommand
{
    private static readonly Option<string> Name = new("--name")
    {
        Description = "The display name of the client.",
        HelpName = "TEXT",
        Required = true,
    };

    private static readonly Option<string[]> Scopes = new("--scope")
    {
        Description = "The scopes that the client may request.",
        HelpName = "SCOPE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> Id = new("--id")
    {
        Description = "The client_id. The default is a random ID.",
        HelpName = "ID",
    };

    private static readonly Option<string> Method = new("--auth-method")
    {
        Description = $"The only authentication method that the client may use: {string.Join(", ", AuthenticationMethods.All)}.",
        HelpName = "METHOD",
    };

    private static readonly Option<JsonObject?> Jwks =
        Json("--jwks", "FILE", "A JWK Set file with the client's public keys.", ReadFile);

    private static readonly Option<string> JwksUri = new("--jwks-uri")
    {
        Description = "The https URL of the client's public keys, a JWK Set.",
        HelpName = "URL",
    };

    private static readonly Option<JsonObject?> Claims =
        Json("--claims", "JSON", "A JSON object of additional claims for the client's tokens.", Encoding.UTF8.GetBytes);

    private static readonly Option<int?> Lifetime =
        CommandOutput.Seconds("--lifetime", "The lifetime of its tokens. The default is the setting AccessTokenLifetime.");

    private static readonly Option<int?> Reuse =
        CommandOutput.Seconds("--reuse", "How long the same token is returned again. By default, each request gets a new token.");

    private static readonly Option<string[]> GrantType =
        Several("--grant-type", "TYPE", $"What the client uses to get tokens: {string.Join(", ", GrantTypes.All)}. The default is "
            + $"{GrantTypes.ClientCredentials}.");

    private static readonly Option<string[]> Redirects =
        Several("--redirect-uri", "URI", "Where people return to the client after they sign in.");

    private static readonly Option<string[]> LogoutRedirects =
        Several("--post-logout-redirect-uri", "URI", "Where people return to the client after they sign out.");

    private static readonly Option<bool> Consent = new("--require-consent")
    {
        Description = "Asks people before the client gets a token for them.",
    };

    private static readonly Option<bool> NoPkce = new("--no-pkce")
    {
        Description = "Accepts authorization requests without PKCE. Only for a client with a secret or a key.",
    };

    public static Command Create()
    {
        var command = new Command("add", "Registers a client and shows its secret once.")
        {
            Name, Scopes, Id, Method, Jwks, JwksUri, Claims, Lifetime, Reuse, GrantType, Redirects, LogoutRedirects, Consent, NoPkce,
        };
        command.Do(RunAsync);

        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, ParseResult result, CancellationToken cancellation)
    {
        var clients = await ClientCommands.OpenAsync(services, create: true, cancellation);
        var added = await clients!.AddAsync(Members(result), ClientCommands.By);

        return added.NewSecret is not { ClearText: var secret } ? await CommandOutput.WriteAsync(result, added) : await CommandOutput.WriteAsync(
            result,
            ClientMetadata.From(added),
            ClientsJson.Default.ClientMetadata,
            $"""
            The client was created. The secret is shown only once:

              client_id      {added.Client!.ClientId}
              client_secret  {secret}
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
        [SignInMembers.GrantTypesName] = List(result.GetValue(GrantType)),
        [SignInMembers.RedirectUris] = List(result.GetValue(Redirects)),
        [SignInMembers.PostLogoutRedirectUris] = List(result.GetValue(LogoutRedirects)),
        [SignInMembers.RequireConsent] = result.GetValue(Consent),
        [SignInMembers.RequirePkce] = !result.GetValue(NoPkce),
    };

    // A collection expression would call the generic Add, which native code does not have.
    private static JsonArray List(string[]? values) => new([.. (values ?? []).Select(value => (JsonNode)value)]);

    private static string GetToken(string issuer, Client client, string secret)
    {
        if (!client.MayUseGrant(GrantTypes.ClientCredentials))
        {
            return "";
        }

        var credentials = client.MayUse(AuthenticationMethods.SecretBasic)
            ? $"-u {client.ClientId}:{secret}"
            : $"-d client_id={client.ClientId} -d client_secret={secret}";

        return $"\nGet a token:\n\n  curl -s {credentials} -d grant_type={GrantTypes.ClientCredentials} "
            + $"{(issuer is Commands.NoIssuer ? "ISSUER" : issuer)}{EndpointPaths.Token}";
    }

    private static Option<string[]> Several(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = true };

    public static Option<JsonObject?> Json(string name, string helpName, string description, Func<string, byte[]> read) =>
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

    // A file that is longer than the limit is cut off, and the rest does not parse as JSON.
    private static byte[] ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[AdminRequestBody.MaximumLength];

        return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}
