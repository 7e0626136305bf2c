using System.Text.Json;

namespace Api.Deployment;

/// <summary>
/// Carries out a request of CloudFormation for a custom resource and answers it. Every request gets an answer: without one,
/// CloudFormation waits until the resource's <c>ServiceTimeout</c>.
/// </summary>
internal sealed class CustomResource(HttpClient http, TimeProvider time)
{
    /// <summary>Between two attempts to answer.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>For one attempt to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private const int Attempts = 3;

    /// <summary>Runs the work for a creation or an update and sends its fault, or success. A deletion succeeds at once.</summary>
    /// <param name="input">The event.</param>
    /// <param name="findFault">Does the work. Returns what is wrong, in a sentence, or null.</param>
    /// <exception cref="InvalidOperationException">The event names no address to answer to.</exception>
    /// <exception cref="HttpRequestException">No attempt to answer succeeded.</exception>
    public async Task<CustomResourceResponse> HandleAsync(JsonElement input, Func<CustomResourceRequest, Task<string?>> findFault)
    {
        var request = CustomResourceRequest.Read(input);
        var response = request.Answer(await FindFaultAsync(request, findFault));
        await SendAsync(request.ResponseUrl, response.ToJson());
        await Console.Out.WriteLineAsync($"{request.RequestType}: {response.Status} {response.Reason}");

        return response;
    }

    private static async Task<string?> FindFaultAsync(CustomResourceRequest request, Func<CustomResourceRequest, Task<string?>> findFault)
    {
        try
        {
            return request.RequestType switch
            {
                "Create" or "Update" => await findFault(request),
                // There is nothing outside of the stack to delete.
                "Delete" => null,
                _ => "The event's RequestType is none of Create, Update and Delete.",
            };
        }
#pragma warning disable CA1031 // Whatever has gone wrong, CloudFormation needs an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
    }

    private async Task SendAsync(Uri address, byte[] body)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var timeout = new CancellationTokenSource(Timeout, time);
                // Without a content type: the address is signed for a request that has none.
                using var content = new ByteArrayContent(body);
                using var response = await http.PutAsync(address, content, timeout.Token);
                response.EnsureSuccessStatusCode();

                return;
            }
            catch (Exception exception) when (attempt < Attempts && exception is HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(Pause, time);
            }
        }
    }
}
