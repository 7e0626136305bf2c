using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Api.OAuth;
using Microsoft.Extensions.Primitives;

namespace Api.Clients;

/// <summary>
/// The credentials in a token request (RFC 6749 §2.3): a <see cref="PresentedSecret"/> or a <see cref="ClientAssertion"/>. Not a record,
/// because the text of a record contains its members.
/// </summary>
internal abstract class PresentedCredentials(string clientId, string method)
{
    private const string Scheme = "Basic ";

    private static readonly OAuthError SeveralMethods = OAuthError.InvalidRequest(
        "The client uses more than one authentication method. Use one of HTTP Basic, client_secret and client_assertion.");

    private static readonly OAuthError OtherClientId =
        OAuthError.InvalidRequest("The client_id differs from the one in the Authorization header.");

    private static readonly OAuthError IncompleteAssertion =
        OAuthError.InvalidRequest("Either client_assertion or client_assertion_type is missing.");

    /// <summary>The id that the client claims to have.</summary>
    public string ClientId => clientId;

    /// <summary>One of <see cref="AuthenticationMethods"/>.</summary>
    public string Method => method;

    public static bool TryParse(
        StringValues authorization,
        RequestParameters parameters,
        [NotNullWhen(true)] out PresentedCredentials? credentials,
        [NotNullWhen(false)] out OAuthError? error)
    {
        var hasAssertion = parameters is { ClientAssertion: not null } or { ClientAssertionType: not null };
        var methods = authorization.Count + (parameters.ClientSecret is null ? 0 : 1) + (hasAssertion ? 1 : 0);

        // RFC 6749 §2.3: at most one method in a request.
        (credentials, error) =
            methods > 1 ? (null, SeveralMethods)
            : hasAssertion ? FromAssertion(parameters)
            : authorization.Count is 1 ? FromHeader(authorization.ToString(), parameters)
            : FromBody(parameters);

        return error is null && credentials is not null;
    }

    private static (PresentedCredentials?, OAuthError?) FromBody(RequestParameters parameters) => parameters switch
    {
        { ClientId: { } id, ClientSecret: { } secret } => (new PresentedSecret(id, secret, AuthenticationMethods.SecretPost), null),
        { ClientId: { } id } => (new PresentedClientId(id), null),
        _ => (null, OAuthError.InvalidClient(triedBasic: false)),
    };

    private static (PresentedCredentials?, OAuthError?) FromHeader(string authorization, RequestParameters parameters)
    {
        if (ParseBasic(authorization) is not var (id, secret))
        {
            return (null, OAuthError.InvalidClient(triedBasic: true));
        }

        return parameters.ClientId is { } other && other != id
            ? (null, OtherClientId)
            : (new PresentedSecret(id, secret, AuthenticationMethods.SecretBasic), null);
    }

    private static (PresentedCredentials?, OAuthError?) FromAssertion(RequestParameters parameters)
    {
        if (parameters is not { ClientAssertionType: { } type, ClientAssertion: { } jwt })
        {
            return (null, IncompleteAssertion);
        }

        if (type is not ClientAssertion.Type)
        {
            return (null, OAuthError.InvalidClient("The client_assertion_type is not that of a JWT."));
        }

        if (!ClientAssertion.TryParse(jwt, out var assertion))
        {
            return (null, OAuthError.InvalidClient(
                "The assertion is not a JWT of three parts, or a member is repeated or has the wrong type."));
        }

        // RFC 7521 §4.2: client_id is optional, but must name the same client.
        return parameters.ClientId is { } other && other != assertion.ClientId
            ? (null, OAuthError.InvalidClient("The client_id is not the sub of the assertion."))
            : (assertion, null);
    }

    private static (string Id, string Secret)? ParseBasic(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var text = RequestParameters.Utf8.GetString(Convert.FromBase64String(authorization[Scheme.Length..]));

            // The id and the secret are form-encoded, so a colon in them is %3A.
            return text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
                ? (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]))
                : null;
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>The client id of a public client, without credentials (RFC 6749 §3.2.1).</summary>
internal sealed class PresentedClientId(string clientId) : PresentedCredentials(clientId, AuthenticationMethods.None);

/// <summary>A client id and a client secret, from HTTP Basic or from the body (RFC 6749 §2.3.1).</summary>
internal sealed class PresentedSecret(string clientId, string secret, string method) : PresentedCredentials(clientId, method)
{
    public string Secret => secret;
}
