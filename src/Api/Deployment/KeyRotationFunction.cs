using System.Text.Json;
using Api.Keys;

namespace Api.Deployment;

/// <summary>
/// The key rotation function. It passes Secrets Manager events to <see cref="KeyRotation"/>. On a CloudFormation request it
/// creates the first key, so that a deployment does not depend on a rotation in the background.
/// </summary>
internal sealed class KeyRotationFunction(KeyRotation rotation, HttpClient http, TimeProvider time)
{
    /// <summary>
    /// How long to retry the creation of the first key. IAM permissions of a new role can take seconds to take effect.
    /// </summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly CustomResource _resource = new(http, time);

    /// <summary>Handles the event. The result describes what was done, or the reason sent to CloudFormation.</summary>
    /// <exception cref="InvalidOperationException">The event is unknown or invalid.</exception>
    /// <exception cref="KeyRingException">The secret cannot be read or written.</exception>
    /// <exception cref="HttpRequestException">The response cannot be sent to CloudFormation.</exception>
    public Task<KeyRotationResult> HandleAsync(JsonElement input) =>
        CustomResourceRequest.IsCustomResource(input) ? MakeFirstKeyAsync(input) : rotation.HandleAsync(input);

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
                // Retry after the pause.
            }
        }
    }
}
