using System.Text.RegularExpressions;
using Api.Foundation.Net;
using Microsoft.Extensions.Options;

namespace Api.Configuration;

/// <summary>Validates <see cref="AuthorizationServerOptions"/>. Each message names the setting and the consequence.</summary>
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
            yield return "Issuer is not set. Set it to the https URL of this server. Every token carries it as iss.";
        }
        else if (!IsIssuer(options.Issuer))
        {
            yield return $"Issuer '{options.Issuer}' must be an https URL (http only on localhost) with a lower-case host, and "
                + "without default port, user name, query, fragment or trailing slash. Verifiers compare every character.";
        }

        if (options.Audience is not { Length: > 0 and <= 256 } || options.Audience.Any(char.IsControl))
        {
            yield return "Audience must have 1 to 256 characters and no control characters. Every token carries it as aud.";
        }

        if (options.AccessTokenLifetime < AuthorizationServerOptions.ShortestTokenLifetime
            || options.AccessTokenLifetime > AuthorizationServerOptions.LongestTokenLifetime)
        {
            yield return $"AccessTokenLifetime '{options.AccessTokenLifetime}' must be from 00:01:00 to 1.00:00:00 "
                + "([days.]hours:minutes:seconds). A signing key is not published long enough to verify tokens that live longer.";
        }

        if (!AuthorizationServerOptions.AccessTokenTypes.Contains(options.AccessTokenType))
        {
            yield return $"AccessTokenType '{options.AccessTokenType}' must be JWT or at+jwt. Verifiers accept no other type.";
        }

        if (!AuthorizationServerOptions.SignUps.Contains(options.SignUp))
        {
            yield return $"SignUp '{options.SignUp}' must be closed or open. It decides who can create an account.";
        }

        if (options.SessionLifetime < AuthorizationServerOptions.ShortestSessionLifetime
            || options.SessionLifetime > AuthorizationServerOptions.LongestSessionLifetime)
        {
            yield return $"SessionLifetime '{options.SessionLifetime}' must be from 00:10:00 to 90.00:00:00 ([days.]hours:minutes:seconds). "
                + "A stolen session works until it ends.";
        }

        if (options.UserAccessTokenLifetime < AuthorizationServerOptions.ShortestTokenLifetime
            || options.UserAccessTokenLifetime > AuthorizationServerOptions.LongestTokenLifetime)
        {
            yield return $"UserAccessTokenLifetime '{options.UserAccessTokenLifetime}' must be from 00:01:00 to 1.00:00:00 "
                + "([days.]hours:minutes:seconds). A signing key is not published long enough to verify tokens that live longer.";
        }

        if (options.RefreshTokenIdleLifetime < AuthorizationServerOptions.ShortestRefreshTokenLifetime
            || options.RefreshTokenIdleLifetime > options.RefreshTokenLifetime
            || options.RefreshTokenLifetime > AuthorizationServerOptions.LongestRefreshTokenLifetime)
        {
            yield return $"RefreshTokenIdleLifetime '{options.RefreshTokenIdleLifetime}' must be at least 00:10:00 and at most "
                + $"RefreshTokenLifetime '{options.RefreshTokenLifetime}', which must be at most 365.00:00:00 ([days.]hours:minutes:seconds). "
                + "A stolen refresh token works until it ends or is used by both.";
        }

        if (options.DisplayName.Length > 60 || options.DisplayName.Any(char.IsControl))
        {
            yield return "DisplayName must have at most 60 characters and no control characters. The pages of sign-in show it.";
        }

        if (options.LogoUri is not "" && !IsLogo(options.LogoUri))
        {
            yield return $"LogoUri '{options.LogoUri}' must be an https URL (http only on localhost). Browsers block other images on the "
                + "pages of sign-in.";
        }

        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            yield return "DataDirectory is empty. Set it to the folder that holds the signing keys and the clients.";
        }

        if (options.DataTable is not "" && !IsTable().IsMatch(options.DataTable))
        {
            yield return $"DataTable '{options.DataTable}' must be the name or ARN of a DynamoDB table (3 to 255 letters, "
                + "digits or any of . _ -), or no client can be found.";
        }
    }

    // OpenID Connect Discovery 1.0 §3, RFC 8414 §2.
    private static bool IsIssuer(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
        && SecureAddress.IsHttpsOrLoopback(uri)
        && uri.UserInfo is ""
        && uri.Host is not ""
        // Clients compare the issuer as a string and append paths to it, so it must be in normalized form.
        && uri.AbsoluteUri.TrimEnd('/') == issuer
        && issuer.IndexOfAny(['?', '#']) < 0;

    // Its origin becomes part of a header, so it has no user name and only ASCII.
    private static bool IsLogo(string logo) =>
        Uri.TryCreate(logo, UriKind.Absolute, out var uri)
        && SecureAddress.IsHttpsOrLoopback(uri)
        && uri.UserInfo is ""
        && logo.All(character => character is > ' ' and <= '~');

    [GeneratedRegex("^(arn:[a-z0-9-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/)?[A-Za-z0-9_.-]{3,255}\\z")]
    private static partial Regex IsTable();
}
