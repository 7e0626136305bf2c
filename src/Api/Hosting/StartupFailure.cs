using System.Net.Sockets;
using Amazon.Runtime;
using Api.Foundation;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Api.Hosting;

/// <summary>
/// Explains in one line why the program cannot start, and the remedy. An unexpected exception keeps its stack trace.
/// </summary>
internal static class StartupFailure
{
    private const StringSplitOptions SplitOptions = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    /// <summary>Returns the explanation, or null if the cause may be a defect in the program.</summary>
    public static string? Explain(Exception exception) => (Reason(exception) ?? Listening(exception)) is { } reason
        ? $"Cannot start: {reason}"
        : null;

    /// <summary>Returns what is wrong with the settings, the keys or the clients, or null for any other exception.</summary>
    public static string? Reason(Exception exception) => exception switch
    {
        OptionsValidationException { Failures: var failures } => string.Join(' ', failures),
        // AWS error messages can have several lines.
        UnavailableException => string.Join(' ', exception.Message.Split('\n', SplitOptions)),
        AmazonClientException =>
            $"AWS cannot be called: {exception.Message.TrimEnd('.')}. Check AWS_REGION and the AWS credentials.",
        InvalidDataException => $"{exception.Message} Correct that file.",
        _ => null,
    };

    private static string? Listening(Exception exception) => exception switch
    {
        IOException { InnerException: AddressInUseException } =>
            $"{exception.Message.TrimEnd('.')}. Stop the program that uses it, or choose another port with "
            + "--urls http://localhost:5001 --Issuer http://localhost:5001.",
        SocketException or FormatException => $"cannot listen on the address in urls: {exception.Message}",
        _ => null,
    };
}
