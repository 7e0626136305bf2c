using System.Text.Json;
using Api.Keys;

namespace Api.Deployment;

/// <summary>
/// The key rotation function: events of Secrets Manager go to <see cref="KeyRotation"/>; a request of CloudFormation makes the first key,
/// so that a deployment does not depend on a rotation in the background.
/// </summary>
internal sealed class KeyRotationFunction(KeyRotation rotation, HttpClient http, TimeProvider time)
{
    /// <summary>
    /// How long it tries to make the first key. A role that was made seconds ago may not have its rights everywhere yet.
    /// </summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly CustomResource _resource = new(http, time);

    /// <summary>Does what the event asks for. The result says what was done, or what CloudFormation was told.</summary>
    /// <exception cref="InvalidOperationException">The event is unknown, or cannot be carried out.</exception>
    /// <exception cref="KeyRingException">The secret cannot be read or written.</exception>
    /// <exception cref="HttpRequestException">CloudFormation does not take the answer.</exception>
    public Task<KeyRotationResult> HandleAsync(JsonElement input) =>
        CustomResourceRequest.IsOne(input) ? MakeFirstKeyAsync(input) : rotation.HandleAsync(input);

    private async Task<KeyRotationResult> MakeFirstKeyAsync(JsonElement input)
    {
        var made = "Nothing to do.";
        var response = await _resource.HandleAsync(input, async _ =>
        {
            made = await InitializeAsync();

            return null;
        });

        return new(response.Status is "SUCCESS" ? made : response.Reason);
    }

    private async Task<string> InitializeAsync()
    {
        for (var start = time.GetTimestamp(); ; await Task.Delay(Pause, time))
        {
            try
            {
                return await rotation.InitializeAsync();
            }
            catch (KeyRingException) when (time.GetElapsedTime(start) < Budget)
            {
                // It is tried again.
            }
        }
    }
}
