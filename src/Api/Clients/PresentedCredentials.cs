using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Api.OAuth;
using Microsoft.Extensions.Primitives;

namespace Api.Clients;

/// <summary>
/// What a client authenticates with (RFC 6749 §2.3): a <see cref="PresentedSecret"/> or a <see cref="ClientAssertion"/>. No record, whose
/// text would show what must not be seen.
/// </summary>
internal abstract class PresentedCredentials(string clientId, string method)
{
    private const string Scheme = "Basic ";

    private static readonly OAuthError SeveralMethods = OAuthError.InvalidRequest(
        "The client authenticates in more than one way: use one of HTTP Basic, client_secret and client_assertion.");

    private static readonly OAuthError OtherClientId =
        OAuthError.InvalidRequest("The client_id is not the one that authenticates with HTTP Basic.");

    private static readonly OAuthError HalfAnAssertion =
        OAuthError.InvalidRequest("Of client_assertion and client_assertion_type one is missing.");

    /// <summary>Who the client says it is.</summary>
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

        // RFC 6749 §2.3: no more than one method in a request.
        (credentials, error) =
            methods > 1 ? (null, SeveralMethods)
            : hasAssertion ? FromAssertion(parameters)
            : authorization.Count is 1 ? FromHeader(authorization.ToString(), parameters)
            : FromBody(parameters);

        return error is null && credentials is not null;
    }

    private static (PresentedCredentials?, OAuthError?) FromBody(RequestParameters parameters) =>
        parameters is { ClientId: { } id, ClientSecret: { } secret }
            ? (new PresentedSecret(id, secret, AuthenticationMethods.SecretPost), null)
            : (null, OAuthError.InvalidClient(triedBasic: false));

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
            return (null, HalfAnAssertion);
        }

        if (type is not ClientAssertion.Type)
        {
            return (null, OAuthError.InvalidClient("The client_assertion_type is another than that of a JWT."));
        }

        if (!ClientAssertion.TryParse(jwt, out var assertion))
        {
            return (null, OAuthError.InvalidClient(
                "The assertion is no JWT of three parts, or a member of it occurs twice or is of the wrong type."));
        }

        // RFC 7521 §4.2: unnecessary, but where it is there it names the same client.
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

            // Both halves are form-encoded before they are joined, so a colon within them is %3A.
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

/// <summary>The id and secret of a client: HTTP Basic, or parameters in the body (RFC 6749 §2.3.1).</summary>
internal sealed class PresentedSecret(string clientId, string secret, string method) : PresentedCredentials(clientId, method)
{
    public string Secret => secret;
}
