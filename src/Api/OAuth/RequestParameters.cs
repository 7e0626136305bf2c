using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Api.OAuth;

/// <summary>
/// The parameters of a token request (RFC 6749 §3.2), from a form or from a JSON object with the same member names. A repeated
/// parameter is an error. A parameter without a value is treated as omitted.
/// </summary>
internal sealed class RequestParameters
{
    public const string GrantTypeName = "grant_type";
    public const string ScopeName = "scope";
    public const string ClientIdName = "client_id";
    public const string ClientSecretName = "client_secret";
    public const string ClientAssertionTypeName = "client_assertion_type";
    public const string ClientAssertionName = "client_assertion";

    private const int MaximumCount = 100;

    private static readonly string[] Names =
        [GrantTypeName, ScopeName, ClientIdName, ClientSecretName, ClientAssertionTypeName, ClientAssertionName];

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

    public string? GrantType => _values.GetValueOrDefault(GrantTypeName);

    public string? Scope => _values.GetValueOrDefault(ScopeName);

    public string? ClientId => _values.GetValueOrDefault(ClientIdName);

    public string? ClientSecret => _values.GetValueOrDefault(ClientSecretName);

    public string? ClientAssertionType => _values.GetValueOrDefault(ClientAssertionTypeName);

    public string? ClientAssertion => _values.GetValueOrDefault(ClientAssertionName);

    public static bool TryParse(
        string? contentType,
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out RequestParameters? parameters,
        [NotNullWhen(false)] out OAuthError? error)
    {
        var read = new RequestParameters();
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

            // The reader skips one leading "?", so add one. Otherwise it would skip a "?" that is part of the first name.
            foreach (var parameter in new QueryStringEnumerable("?" + Utf8.GetString(body)))
            {
                var name = parameter.DecodeName().ToString();

                if (names.Count is MaximumCount)
                {
                    return TooManyParameters;
                }

                if (!names.Add(name))
                {
                    return RepeatedParameter;
                }

                Keep(name, parameter.DecodeValue().ToString());
            }

            return null;
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

            foreach (var name in Names)
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
        if (value is not "" && Names.Contains(name))
        {
            _values.Add(name, value);
        }
    }
}
