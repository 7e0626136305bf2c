using System.Text.RegularExpressions;
using Api.Foundation.Net;
using Microsoft.Extensions.Options;

namespace Api.Configuration;

/// <summary>The rules of <see cref="AuthorizationServerOptions"/>: each message names the setting and what it would have broken.</summary>
internal sealed partial class AuthorizationServerOptionsValidator : IValidateOptions<AuthorizationServerOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthorizationServerOptions options)
    {
        string[] failures = [.. Failures(options)];

        return failures is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(AuthorizationServerOptions options)
    {
        if (options.Issuer is "")
        {
            yield return "Issuer is not set: set it to the https address of this server, which every token carries as iss.";
        }
        else if (!IsIssuer(options.Issuer))
        {
            yield return $"Issuer '{options.Issuer}' must be an https address (http only on localhost) in its shortest form: lower-case "
                + "host, no default port, user name, query, fragment or trailing slash. Verifiers compare it character by character.";
        }

        if (options.Audience is not { Length: > 0 and <= 256 } || options.Audience.Any(char.IsControl))
        {
            yield return "Audience must have 1 to 256 characters, none of them a control character: it is the aud of every token.";
        }

        if (options.AccessTokenLifetime < AuthorizationServerOptions.ShortestTokenLifetime
            || options.AccessTokenLifetime > AuthorizationServerOptions.LongestTokenLifetime)
        {
            yield return $"AccessTokenLifetime '{options.AccessTokenLifetime}' must be from 00:01:00 to 1.00:00:00 "
                + "([days.]hours:minutes:seconds): keys are published only as long as such tokens live.";
        }

        if (!AuthorizationServerOptions.AccessTokenTypes.Contains(options.AccessTokenType))
        {
            yield return $"AccessTokenType '{options.AccessTokenType}' must be JWT or at+jwt: verifiers know no other.";
        }

        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            yield return "DataDirectory must name a folder: signing keys and clients are kept there.";
        }

        if (options.ClientsTable is not "" && !IsTable().IsMatch(options.ClientsTable))
        {
            yield return $"ClientsTable '{options.ClientsTable}' must be the name or the ARN of a DynamoDB table, or no client could be "
                + "found: 3 to 255 letters, digits or any of . _ -";
        }
    }

    // OpenID Connect Discovery 1.0 §3, RFC 8414 §2.
    private static bool IsIssuer(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
        && SecureAddress.IsHttpsOrLoopback(uri)
        && uri.UserInfo is ""
        && uri.Host is not ""
        // The address is compared and extended as a string, so it has to be written as every client writes it.
        && uri.AbsoluteUri.TrimEnd('/') == issuer
        && issuer.IndexOfAny(['?', '#']) < 0;

    [GeneratedRegex("^(arn:[a-z0-9-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/)?[A-Za-z0-9_.-]{3,255}\\z")]
    private static partial Regex IsTable();
}
