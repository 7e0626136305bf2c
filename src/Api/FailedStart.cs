using System.Net.Sockets;
using Api.Clients;
using Api.Keys;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Api;

/// <summary>Says in one line why the program cannot start, and the remedy; a mistake of ours keeps its stack trace.</summary>
internal static class FailedStart
{
    /// <summary>Null where the exception is not known to come from outside the program.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OptionsValidationException { Failures: var failures } => $"Cannot start: {string.Join(' ', failures)}",
        KeyRingException or ClientStoreException => $"Cannot start: {exception.Message}",
        IOException { InnerException: AddressInUseException } =>
            $"Cannot start: {exception.Message.TrimEnd('.')}. Stop the program that uses it, or choose another port with "
            + "--urls http://localhost:5001 --Issuer http://localhost:5001.",
        SocketException or FormatException => $"Cannot start: cannot listen on the address in urls: {exception.Message}",
        InvalidDataException => $"Cannot start: {exception.Message} Correct that file.",
        _ => null,
    };
}
