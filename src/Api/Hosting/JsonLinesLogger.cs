using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Api.Foundation;

namespace Api.Hosting;

/// <summary>
/// Writes each log event as one line of JSON, so that filters find its members, and before the logging call returns: Lambda stops the
/// process between two requests, and what then still waits to be written comes late or never. A line that cannot be written is dropped,
/// unless it is an audit event: then the call throws.
/// </summary>
internal sealed class JsonLinesLogger(LogOutput output, TimeProvider time) : ILoggerProvider
{
    // By the name in the message template, of which there are as many as the code has.
    private static readonly ConcurrentDictionary<string, JsonEncodedText> Names = new(StringComparer.Ordinal);

    private const string Audit = "Api.Audit.";

    /// <summary>Replaces the console's log where programs read it rather than people: on Lambda, and wherever else it is not developed.</summary>
    public static void UseInOperation(ILoggingBuilder logging, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() || LambdaEnvironment.IsActive)
        {
            logging.ClearProviders();
            // Not Console.Out, in front of whose lines Lambda's runtime puts words of its own.
            logging.Services.AddSingleton<ILoggerProvider>(_ => new JsonLinesLogger(LogOutput.StandardOutput(), TimeProvider.System));
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => output.Dispose();

    private void Write(Line line)
    {
        line.Json.Flush();
        line.Text.Write("\n"u8);
        output.Write(line.Text.WrittenSpan);
    }

    private sealed class Logger(JsonLinesLogger lines, string category) : ILogger
    {
        private readonly bool _isAudit = category.StartsWith(Audit, StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Before the line begins: the texts of some values are made here, and making them may log a line of its own.
            var message = formatter(state, exception);
            var line = Line.Begin();
            var json = line.Json;
            json.WriteStartObject();
            json.WriteString("time"u8, lines.Now);
            json.WriteString("level"u8, NameOf(logLevel));
            json.WriteString("category"u8, category);
            json.WriteString("event"u8, eventId.Name);
            json.WriteString("message"u8, message);

            if (exception is not null)
            {
                json.WriteString("exception"u8, exception.ToString());
            }

            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                WriteValues(json, values);
            }

            json.WriteEndObject();

            try
            {
                lines.Write(line);
            }
            catch (IOException) when (!_isAudit)
            {
                // There is no other log to say so.
            }
        }

        private static string NameOf(LogLevel level) => level is LogLevel.Information ? nameof(LogLevel.Information) : level.ToString();

        private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            json.WriteStartObject("values"u8);

            for (var index = 0; index < values.Count; index++)
            {
                var (name, value) = values[index];

                // The template of the message comes along under a name that no value can have.
                if (value is null || name is "{OriginalFormat}")
                {
                    continue;
                }

                json.WritePropertyName(Names.GetOrAdd(
                    name, static name => JsonEncodedText.Encode(JsonNamingPolicy.SnakeCaseLower.ConvertName(name))));

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

    /// <summary>What a thread writes its next line into, again and again.</summary>
    private sealed class Line
    {
        // A stack trace is no reason to keep this much forever.
        private const int LargestKept = 16 * 1024;

        [ThreadStatic]
        private static Line? _own;

        // For programs, and no HTML: what people read as well stays readable.
        private Line() => Json = new(Text, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

        public ArrayBufferWriter<byte> Text { get; } = new(1024);

        public Utf8JsonWriter Json { get; }

        public static Line Begin()
        {
            var line = _own is { Text.Capacity: <= LargestKept } own ? own : _own = new();
            line.Text.ResetWrittenCount();
            line.Json.Reset();

            return line;
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
