namespace Api.Deployment;

/// <summary>
/// The custom resource that holds a deployment until the issuer answers: API Gateway fetches both documents at the moment that the
/// authorizer is created, gives each 1.5 s, and does not try again. Handler
/// <c>Api::Api.Deployment.ReadinessGate::HandleAsync</c>.
/// </summary>
#pragma warning disable CA1515 // Lambda finds public classes only.
public sealed class ReadinessGate
#pragma warning restore CA1515
{
    /// <summary>Leaves time to answer before the function's own timeout (170 s) and CloudFormation's patience (180 s) end.</summary>
    internal static readonly TimeSpan Budget = TimeSpan.FromSeconds(150);

    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private const int AnswersInARow = 3;
    private const int Attempts = 3;

    private static readonly HttpClient Http = new(CreateHandler());

    private readonly HttpClient _http;
    private readonly IssuerProbe _probe;
    private readonly TimeProvider _time;

    /// <summary>As Lambda makes it.</summary>
    public ReadinessGate()
        : this(Http, TimeProvider.System)
    {
    }

    internal ReadinessGate(HttpClient http, TimeProvider time) => (_http, _probe, _time) = (http, new(http, time), time);

    /// <summary>Answers CloudFormation that the issuer is ready, or what was last wrong with it; returns that answer.</summary>
    /// <exception cref="InvalidOperationException">The event names no address that could be answered.</exception>
    /// <exception cref="HttpRequestException">CloudFormation cannot be reached, also when asked again.</exception>
    public async Task<Stream> HandleAsync(Stream input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var request = await CustomResourceRequest.ReadAsync(input);

        var response = request.Answer(await FindFaultAsync(request));
        var body = response.ToJson();
        await AnswerAsync(request.ResponseUrl, body);
        await Console.Out.WriteLineAsync($"{request.RequestType}: {response.Status} {response.Reason}");

        return new MemoryStream(body);
    }

    internal static SocketsHttpHandler CreateHandler() => new()
    {
        // The authorizer follows none either.
        AllowAutoRedirect = false,
        // Each request may reach another of the gateway's hosts, and not all of them learn of a new stage at once.
        PooledConnectionLifetime = TimeSpan.Zero,
    };

    private async Task<string?> FindFaultAsync(CustomResourceRequest request)
    {
        try
        {
            return request switch
            {
                // Nothing was made, so there is nothing that could fail to go.
                { RequestType: "Delete" } => null,
                { RequestType: not ("Create" or "Update") } => "The event's RequestType is none of Create, Update and Delete.",
                { Issuer: { } issuer } when TrustedAddress.Is(issuer) => await WaitAsync(issuer),
                _ => "The property Issuer is not an https address.",
            };
        }
#pragma warning disable CA1031 // Whatever has gone wrong: without an answer, CloudFormation would wait for hours.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"The gate itself failed. {exception.GetType().Name}: {exception.Message}";
        }
    }

    private async Task<string?> WaitAsync(string issuer)
    {
        using var budget = new CancellationTokenSource(Budget, _time);
        var fault = "It has not answered yet.";

        try
        {
            for (var good = 0; ; await Task.Delay(Pause, _time, budget.Token))
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

    private async Task AnswerAsync(Uri address, byte[] body)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var timeout = new CancellationTokenSource(IssuerProbe.Timeout, _time);
                // Without a content type: the address is signed for a request that has none.
                using var content = new ByteArrayContent(body);
                using var response = await _http.PutAsync(address, content, timeout.Token);
                response.EnsureSuccessStatusCode();

                return;
            }
            catch (Exception exception) when (
                attempt < Attempts && exception is HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(Pause, _time);
            }
        }
    }
}
