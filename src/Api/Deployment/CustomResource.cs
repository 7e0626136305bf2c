using System.Text.Json;

namespace Api.Deployment;

/// <summary>
/// Handles a CloudFormation request for a custom resource. Every request gets a response: without one, CloudFormation waits until
/// the
/// <c>ServiceTimeout</c> of the resource.
/// </summary>
internal sealed class CustomResource(HttpClient http, TimeProvider time)
{
    /// <summary>The delay between two attempts to send the response.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>The timeout of one attempt to send the response.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private const int Attempts = 3;

    /// <summary>Runs the work for Create and Update, then sends the result to CloudFormation. Delete always succeeds.</summary>
    /// <param name="input">The event.</param>
    /// <param name="findFault">Does the work. Returns a sentence that describes the fault, or null on success.</param>
    /// <exception cref="InvalidOperationException">The event has no valid response URL.</exception>
    /// <exception cref="HttpRequestException">Every attempt to send the response failed.</exception>
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
                // All resources are in the stack, so nothing remains to delete.
                "Delete" => null,
                _ => "The event's RequestType must be Create, Update or Delete.",
            };
        }
#pragma warning disable CA1031 // CloudFormation needs a response to every request, whatever the failure.
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
                // Send no Content-Type: the presigned URL is signed for a request without one.
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
