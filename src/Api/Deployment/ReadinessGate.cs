using System.Text.Json;
using Api.Foundation.Net;

namespace Api.Deployment;

/// <summary>
/// The custom resource that holds a deployment until the issuer is ready. API Gateway fetches the metadata and the key set when
/// the authorizer is created. It waits 1.5 s for each and does not retry.
/// </summary>
internal sealed class ReadinessGate(HttpClient http, TimeProvider time)
{
    /// <summary>
    /// The total wait. It ends before the function's timeout (170 s) and the resource's ServiceTimeout (180 s).
    /// </summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(150);

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const int AnswersInARow = 3;

    private readonly CustomResource _resource = new(http, time);
    private readonly IssuerProbe _probe = new(http, time);

    /// <summary>Waits for the issuer, then sends CloudFormation success or the last fault. Returns that response.</summary>
    /// <exception cref="InvalidOperationException">The event has no valid response URL.</exception>
    /// <exception cref="HttpRequestException">Every attempt to send the response failed.</exception>
    public Task<CustomResourceResponse> HandleAsync(JsonElement input) => _resource.HandleAsync(input, async request =>
        request.Issuer is { } issuer && SecureAddress.IsHttpsOrLoopback(issuer)
            ? await WaitAsync(issuer)
            : "The property Issuer is not an https URL.");

    public static SocketsHttpHandler CreateHandler() => new()
    {
        // The authorizer does not follow redirects.
        AllowAutoRedirect = false,
        // Use a new connection for each request: it can reach another gateway host, and a new stage is not active on all hosts at
        // once.
        PooledConnectionLifetime = TimeSpan.Zero,
    };

    private async Task<string?> WaitAsync(string issuer)
    {
        using var budget = new CancellationTokenSource(Budget, time);
        var fault = "The issuer has not responded yet.";

        try
        {
            for (var good = 0; ; await Task.Delay(Pause, time, budget.Token))
            {
                if (await _probe.FindFaultAsync(issuer, budget.Token) is { } found)
                {
                    (good, fault) = (0, found);
                }
                else if (++good == AnswersInARow)
                {
                    return null;
                }
            }
        }
        catch (OperationCanceledException) when (budget.IsCancellationRequested)
        {
            return $"The issuer was not ready {AnswersInARow} times in a row within {Budget.TotalSeconds} s. Last fault: {fault}";
        }
    }
}
