using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Api.Tokens;

/// <summary>The id and secret that a client authenticates with: HTTP Basic, or parameters in the body (RFC 6749 §2.3.1).</summary>
internal sealed record ClientCredentials(string ClientId, string Secret, bool FromBasic)
{
    private const string Scheme = "Basic ";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly TokenError SeveralMethods =
        TokenError.InvalidRequest("The client authenticates in more than one way: use either HTTP Basic or client_secret.");

    private static readonly TokenError OtherClientId =
        TokenError.InvalidRequest("The client_id is not the one that authenticates with HTTP Basic.");

    public static bool TryParse(
        StringValues authorization,
        TokenParameters parameters,
        [NotNullWhen(true)] out ClientCredentials? credentials,
        [NotNullWhen(false)] out TokenError? error)
    {
        (credentials, error) = authorization.Count is 0 ? FromBody(parameters) : FromHeader(authorization, parameters);

        return error is null && credentials is not null;
    }

    private static (ClientCredentials?, TokenError?) FromBody(TokenParameters parameters) =>
        parameters is { ClientId: { } id, ClientSecret: { } secret }
            ? (new(id, secret, FromBasic: false), null)
            : (null, TokenError.InvalidClient(triedBasic: false));

    private static (ClientCredentials?, TokenError?) FromHeader(StringValues authorization, TokenParameters parameters)
    {
        // RFC 6749 §2.3: no more than one method in a request.
        if (authorization.Count > 1 || parameters.ClientSecret is not null)
        {
            return (null, SeveralMethods);
        }

        if (ParseBasic(authorization.ToString()) is not var (id, secret))
        {
            return (null, TokenError.InvalidClient(triedBasic: true));
        }

        return parameters.ClientId is { } other && other != id
            ? (null, OtherClientId)
            : (new(id, secret, FromBasic: true), null);
    }

    private static (string Id, string Secret)? ParseBasic(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var text = StrictUtf8.GetString(Convert.FromBase64String(authorization[Scheme.Length..]));

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
