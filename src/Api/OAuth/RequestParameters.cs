using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Api.OAuth;

/// <summary>
/// The parameters of a request (RFC 6749 §3.1, §3.2), from a query, from a form, or from a JSON object with the same member names. A
/// repeated parameter is an error. A parameter without a value is treated as omitted. Unknown parameters are ignored.
/// </summary>
internal sealed class RequestParameters
{
    public const string GrantTypeName = "grant_type";
    public const string ScopeName = "scope";
    public const string ClientIdName = "client_id";
    public const string ClientSecretName = "client_secret";
    public const string ClientAssertionTypeName = "client_assertion_type";
    public const string ClientAssertionName = "client_assertion";
    public const string CodeName = "code";
    public const string RedirectUriName = "redirect_uri";
    public const string CodeVerifierName = "code_verifier";
    public const string RefreshTokenName = "refresh_token";
    public const string TokenName = "token";

    private const int MaximumCount = 100;

    private static readonly string[] ClientRequest =
    [
        GrantTypeName, ScopeName, ClientIdName, ClientSecretName, ClientAssertionTypeName, ClientAssertionName, CodeName, RedirectUriName,
        CodeVerifierName, RefreshTokenName, TokenName,
    ];

    /// <summary>Throws <see cref="DecoderFallbackException"/> on invalid UTF-8.</summary>
    public static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly OAuthError WrongContentType =
        OAuthError.InvalidRequest("The content type must be application/x-www-form-urlencoded or application/json.");

    private static readonly OAuthError RepeatedParameter = OAuthError.InvalidRequest("A parameter occurs more than once.");
    private static readonly OAuthError TooManyParameters = OAuthError.InvalidRequest("There are too many parameters.");
    private static readonly OAuthError DamagedForm = OAuthError.InvalidRequest("The body is not a valid form in UTF-8.");
    private static readonly OAuthError DamagedJson =
        OAuthError.InvalidRequest("The body is not a JSON object in UTF-8 with unique member names.");

    private static readonly OAuthError NotText = OAuthError.InvalidRequest("A parameter is not a JSON string.");

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly IReadOnlyCollection<string> _names;

    private RequestParameters(IReadOnlyCollection<string> names) => _names = names;

    public string? GrantType => _values.GetValueOrDefault(GrantTypeName);

    public string? Scope => _values.GetValueOrDefault(ScopeName);

    public string? ClientId => _values.GetValueOrDefault(ClientIdName);

    public string? ClientSecret => _values.GetValueOrDefault(ClientSecretName);

    public string? ClientAssertionType => _values.GetValueOrDefault(ClientAssertionTypeName);

    public string? ClientAssertion => _values.GetValueOrDefault(ClientAssertionName);

    public string? Code => _values.GetValueOrDefault(CodeName);

    public string? RedirectUri => _values.GetValueOrDefault(RedirectUriName);

    public string? CodeVerifier => _values.GetValueOrDefault(CodeVerifierName);

    public string? Token => _values.GetValueOrDefault(TokenName);

    public string? RefreshToken => _values.GetValueOrDefault(RefreshTokenName);

    /// <summary>The known parameters that have a value.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>
    /// Reads a form-encoded text, such as the query of an authorization request. With an error, the result has the parameters that occur
    /// once, so that the error can be sent to the client.
    /// </summary>
    public static RequestParameters ReadForm(ReadOnlySpan<byte> form, IReadOnlyCollection<string> names, out OAuthError? error)
    {
        var read = new RequestParameters(names);
        error = read.ReadForm(form);

        return read;
    }

    public static bool TryParse(
        string? contentType,
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out RequestParameters? parameters,
        [NotNullWhen(false)] out OAuthError? error)
    {
        var read = new RequestParameters(ClientRequest);
        error = MediaTypeOf(contentType) switch
        {
            MediaTypeNames.Application.FormUrlEncoded => read.ReadForm(body.Span),
            MediaTypeNames.Application.Json => read.ReadJson(body),
            _ => WrongContentType,
        };
        parameters = error is null ? read : null;

        return parameters is not null;
    }

    // Fast path for the usual Content-Type.
    private static string? MediaTypeOf(string? contentType) =>
        contentType is MediaTypeNames.Application.FormUrlEncoded ? contentType
        : MediaTypeHeaderValue.TryParse(contentType, out var type) ? type.MediaType.Value?.ToLowerInvariant()
        : null;

    private OAuthError? ReadForm(ReadOnlySpan<byte> body)
    {
        try
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            OAuthError? error = null;

            // The reader skips one leading "?", so add one. Otherwise it would skip a "?" that is part of the first name.
            foreach (var parameter in new QueryStringEnumerable("?" + Utf8.GetString(body)))
            {
                var name = parameter.DecodeName().ToString();

                if (names.Count is MaximumCount)
                {
                    return TooManyParameters;
                }

                if (names.Add(name))
                {
                    Keep(name, parameter.DecodeValue().ToString());

                    continue;
                }

                _values.Remove(name);
                error = RepeatedParameter;
            }

            return error;
        }
        catch (DecoderFallbackException)
        {
            return DamagedForm;
        }
    }

    private OAuthError? ReadJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new() { AllowDuplicateProperties = false, MaxDepth = 8 });

            if (json.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return DamagedJson;
            }

            foreach (var name in _names)
            {
                if (!json.RootElement.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null)
                {
                    continue;
                }

                if (value.ValueKind is not JsonValueKind.String)
                {
                    return NotText;
                }

                Keep(name, value.GetString()!);
            }

            return null;
        }
        // InvalidOperationException: a string is not valid UTF-8 or has a lone surrogate.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return DamagedJson;
        }
    }

    private void Keep(string name, string value)
    {
        if (value is not "" && _names.Contains(name))
        {
            _values.Add(name, value);
        }
    }
}
