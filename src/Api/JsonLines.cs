using System.Buffers;
using System.Text.Json;

namespace Api;

/// <summary>
/// Writes each log event as one line of JSON, so that filters find its members, and before the logging call returns: Lambda stops the
/// process between two requests, and what then still waits to be written comes late or never.
/// </summary>
internal sealed class JsonLines(Stream output, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _writing = new();

    /// <summary>Replaces the console's log where programs read it rather than people: on Lambda, and wherever else it is not developed.</summary>
    public static void UseInOperation(ILoggingBuilder logging, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() || Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME") is not null)
        {
            logging.ClearProviders();
            // Not Console.Out, in front of whose lines Lambda's runtime puts words of its own.
            logging.Services.AddSingleton<ILoggerProvider>(_ => new JsonLines(Console.OpenStandardOutput(), TimeProvider.System));
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => output.Dispose();

    private void Write(ReadOnlySpan<byte> line)
    {
        lock (_writing)
        {
            output.Write(line);
            output.Flush();
        }
    }

    private sealed class Logger(JsonLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = new ArrayBufferWriter<byte>(512);

            using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                json.WriteString("time", lines.Now);
                json.WriteString("level", logLevel.ToString());
                json.WriteString("category", category);
                json.WriteString("event", eventId.Name);
                json.WriteString("message", formatter(state, exception));

                if (exception is not null)
                {
                    json.WriteString("exception", exception.ToString());
                }

                if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
                {
                    WriteValues(json, values);
                }

                json.WriteEndObject();
            }

            line.Write("\n"u8);
            lines.Write(line.WrittenSpan);
        }

        private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            json.WriteStartObject("values");

            foreach (var (name, value) in values)
            {
                // The template of the message comes along under a name that no value can have.
                if (value is null || name is "{OriginalFormat}")
                {
                    continue;
                }

                json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(name));

                if (value is bool truth)
                {
                    json.WriteBooleanValue(truth);
                }
                else
                {
                    json.WriteStringValue(Convert.ToString(value, null));
                }
            }

            json.WriteEndObject();
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
