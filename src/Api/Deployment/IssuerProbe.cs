using System.Net;
using System.Text.Json;
using Api.Foundation;
using Api.Foundation.Net;
using static System.FormattableString;

namespace Api.Deployment;

/// <summary>Fetches an issuer's metadata and key set as the API Gateway authorizer does, with a stricter time limit.</summary>
internal sealed class IssuerProbe(HttpClient http, TimeProvider time)
{
    /// <summary>
    /// The request timeout. It allows a cold start to complete, so that the fault can report how long the response took.
    /// </summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    // API Gateway allows 1.5 s and 150,000 bytes.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private const int MaximumLength = 150_000;

    /// <summary>Returns a sentence that describes what is wrong with the issuer, or null if an authorizer can use it.</summary>
    public async Task<string?> FindFaultAsync(string issuer, CancellationToken cancellation)
    {
        var discovery = $"{issuer}/.well-known/openid-configuration";
        var (metadata, fault) = await GetAsync(discovery, cancellation);

        if (fault is not null)
        {
            return fault;
        }

        if (StringOf(metadata, "issuer") is var named && named != issuer)
        {
            return $"{discovery} has the issuer '{named}' instead of '{issuer}'.";
        }

        if (StringOf(metadata, "jwks_uri") is not { } address || !SecureAddress.IsHttpsOrLoopback(address))
        {
            return $"{discovery} has the jwks_uri '{StringOf(metadata, "jwks_uri")}', which is not an https URL.";
        }

        var (keySet, keySetFault) = await GetAsync(address, cancellation);

        return keySetFault ?? (HasKey(keySet) ? null : $"{address} has no key with a kid.");
    }

    private async Task<(JsonElement Json, string? Fault)> GetAsync(string address, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var start = time.GetTimestamp();

        try
        {
            using var response = await http.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, either.Token);

            if (response.StatusCode is not HttpStatusCode.OK)
            {
                return Fault($"returned status {(int)response.StatusCode} instead of 200");
            }

            using var content = await response.Content.ReadAsStreamAsync(either.Token);
            var bytes = await content.ReadToEndAsync(MaximumLength, either.Token);
            var elapsed = time.GetElapsedTime(start);

            return bytes is not { } json ? Fault($"is longer than {MaximumLength} bytes")
                : elapsed >= Limit ? Fault(Invariant($"took {elapsed.TotalSeconds:0.0} s. The limit is {Limit.TotalSeconds} s"))
                : (JsonSerializer.Deserialize(json.Span, CustomResourceJson.Default.JsonElement), null);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return Fault($"did not respond within {Timeout.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Fault($"cannot be reached ({exception.Message})");
        }
        catch (JsonException)
        {
            return Fault("did not return JSON");
        }

        (JsonElement Json, string? Fault) Fault(string fault) => (default, $"{address} {fault}.");
    }

    private static bool HasKey(JsonElement keySet) =>
        keySet.ValueKind is JsonValueKind.Object
        && keySet.TryGetProperty("keys", out var keys)
        && keys.ValueKind is JsonValueKind.Array
        && keys.EnumerateArray().Any(key => StringOf(key, "kid") is { Length: > 0 });

    private static string? StringOf(JsonElement json, string name) => CustomResourceRequest.StringOf(json, name);
}
