using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Api.Foundation;

namespace Api.Hosting;

/// <summary>
/// Writes each log event as one line of JSON. A line that cannot be written is dropped, except for an audit event: then the
/// logging call throws.
/// </summary>
internal sealed class JsonLinesLogger(LogOutput output, TimeProvider time) : ILoggerProvider
{
    // Cached by placeholder name. The number of entries is bounded by the message templates in the code.
    private static readonly ConcurrentDictionary<string, JsonEncodedText> Names = new(StringComparer.Ordinal);

    private const string Audit = "Api.Audit.";

    /// <summary>Replaces the console logger on Lambda and in every environment except Development.</summary>
    public static void UseInOperation(ILoggingBuilder logging, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() || LambdaEnvironment.IsActive)
        {
            logging.ClearProviders();
            // Do not use Console.Out: the Lambda runtime adds a prefix to each of its lines.
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
            // Format the message first: converting a value to text can log another line, and both share the buffer.
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
            // Write before this call returns: Lambda freezes the process between requests, so buffered lines would be late or
            // lost.
            {
                lines.Write(line);
            }
            catch (IOException) when (!_isAudit)
            {
                // Drop the line. There is no other log to report the failure to.
            }
        }

        private static string NameOf(LogLevel level) => level is LogLevel.Information ? nameof(LogLevel.Information) : level.ToString();

        private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            json.WriteStartObject("values"u8);

            for (var index = 0; index < values.Count; index++)
            {
                var (name, value) = values[index];

                // The message template is passed as a value with this name.
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

    /// <summary>The reusable line buffer of a thread.</summary>
    private sealed class Line
    {
        // A larger buffer, such as for a stack trace, is not kept.
        private const int LargestKept = 16 * 1024;

        [ThreadStatic]
        private static Line? _own;

        // The output is not embedded in HTML, so escape only what JSON requires.
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
