using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>
/// Searches everything that leaves the program for private keys: every response, log line and exception in the tests. It also searches log
/// lines and exceptions for client secrets, tokens and assertions.
/// </summary>
internal static partial class Leaks
{
    private static readonly ConcurrentQueue<string> FoundInExceptions = [];

    [ThreadStatic]
    private static bool _isLooking;

    public static void AssertNoneIn(string text, string where) =>
        Assert.False(IsPrivate(text), $"A private key is in {where}: {text}");

    // A private member of a JWK (RFC 7518 §6.3.2), or the algorithm identifier of an RSA key in PKCS#8 (RFC 5958).
    public static bool IsPrivate(string text) =>
        PrivateMember().IsMatch(text) || text.Contains("BAQEFAASC", StringComparison.Ordinal);

    public static bool IsSecret(string text) => IsPrivate(text) || ClientSecretOrToken().IsMatch(text);

    [ModuleInitializer]
    internal static void WatchExceptions() => AppDomain.CurrentDomain.FirstChanceException += (_, thrown) =>
    {
        // The exception of a JSON parser can quote its input. It is a leak only as the inner exception of another one.
        if (_isLooking || thrown.Exception is JsonException)
        {
            return;
        }

        _isLooking = true;

        for (var exception = thrown.Exception; exception is not null; exception = exception.InnerException)
        {
            if (IsSecret(exception.Message))
            {
                FoundInExceptions.Enqueue(exception.Message);
            }
        }

        _isLooking = false;
    };

    // A claim can have the same name. A value that is not a string is not a part of a key (RFC 7518 §6.3.2).
    [GeneratedRegex("""\\?"((d|p|q|dp|dq|qi)\\?"\s*:(?!\s*[\[{0-9tfn-])|oth\\?"\s*:)""")]
    private static partial Regex PrivateMember();

    // A client secret that this program has generated, a refresh token, link or cookie of a user, or a signed JWT.
    [GeneratedRegex("ocs_[A-Za-z0-9_-]{43}|usr_[a-z0-9]{20}\\.[A-Za-z0-9_-]{22}|eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{40,}")]
    private static partial Regex ClientSecretOrToken();

    /// <summary>Collects the lines of all logs.</summary>
    public sealed class Logs : ILogger
    {
        private readonly ConcurrentQueue<string> _messages = [];

        public ConcurrentQueue<string> Lines { get; } = [];

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            _messages.Enqueue(message);
            Lines.Enqueue($"{logLevel}: {message} {exception}");
        }

        public void AssertNoLeaks()
        {
            Assert.All(Lines, line => Assert.False(IsSecret(line), $"A secret is in a log line: {line}"));
            Assert.All(_messages, message => Injection.AssertNoneIn(message, "a log line"));
            Assert.Empty(FoundInExceptions);
        }
    }

    /// <summary>Returns the same logger for every category.</summary>
    public sealed class Provider(Logs logs) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logs;

        public void Dispose()
        {
        }
    }
}
