using System.Net.Sockets;
using Amazon.Runtime;
using Api.Foundation;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Api.Hosting;

/// <summary>Says in one line why the program cannot start, and the remedy; a mistake of ours keeps its stack trace.</summary>
internal static class StartupFailure
{
    private const StringSplitOptions SplitOptions = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    /// <summary>Null where the exception is not known to come from outside the program.</summary>
    public static string? Explain(Exception exception) => (Reason(exception) ?? Listening(exception)) is { } reason
        ? $"Cannot start: {reason}"
        : null;

    /// <summary>What is wrong with settings, keys or clients, whatever they were wanted for; null where it is something else.</summary>
    public static string? Reason(Exception exception) => exception switch
    {
        OptionsValidationException { Failures: var failures } => string.Join(' ', failures),
        // What AWS says may have several lines.
        UnavailableException => string.Join(' ', exception.Message.Split('\n', SplitOptions)),
        AmazonClientException => $"AWS cannot be asked: {exception.Message.TrimEnd('.')}. Set AWS_REGION, or what else is missing.",
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
