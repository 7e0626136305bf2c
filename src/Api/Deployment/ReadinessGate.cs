using System.Text.Json;
using Api.Foundation.Net;

namespace Api.Deployment;

/// <summary>
/// The custom resource that holds a deployment until the issuer answers. API Gateway fetches the metadata and the key set when the
/// authorizer is created, gives each 1.5 s, and does not try again.
/// </summary>
internal sealed class ReadinessGate(HttpClient http, TimeProvider time)
{
    /// <summary>Leaves time to answer before the function's own timeout (170 s) and the resource's ServiceTimeout (180 s) end.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(150);

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const int AnswersInARow = 3;

    private readonly CustomResource _resource = new(http, time);
    private readonly IssuerProbe _probe = new(http, time);

    /// <summary>Answers CloudFormation that the issuer is ready, or what was last wrong with it. Returns that answer.</summary>
    /// <exception cref="InvalidOperationException">The event names no address to answer to.</exception>
    /// <exception cref="HttpRequestException">No attempt to answer succeeded.</exception>
    public Task<CustomResourceResponse> HandleAsync(JsonElement input) => _resource.HandleAsync(input, async request =>
        request.Issuer is { } issuer && SecureAddress.IsHttpsOrLoopback(issuer)
            ? await WaitAsync(issuer)
            : "The property Issuer is not an https address.");

    public static SocketsHttpHandler CreateHandler() => new()
    {
        // The authorizer does not follow redirects either.
        AllowAutoRedirect = false,
        // Each request may reach another host of the gateway, and a new stage reaches these one after the other.
        PooledConnectionLifetime = TimeSpan.Zero,
    };

    private async Task<string?> WaitAsync(string issuer)
    {
        using var budget = new CancellationTokenSource(Budget, time);
        var fault = "It has not answered yet.";

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
