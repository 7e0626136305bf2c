using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.Core
{
    /// <summary>Deserializes events and serializes results.</summary>
    public interface ILambdaSerializer
    {
        T Deserialize<T>(Stream requestStream);

        void Serialize<T>(T response, Stream responseStream);
    }
}

namespace Amazon.Lambda.Serialization.SystemTextJson
{
    /// <summary>
    /// Serializes the types of a source-generated context. Names are written as declared and read case-insensitively.
    /// </summary>
    public class SourceGeneratorLambdaJsonSerializer<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSGContext> : ILambdaSerializer
        where TSGContext : JsonSerializerContext
    {
        private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        private readonly TSGContext _context = (TSGContext)typeof(TSGContext).GetConstructor([typeof(JsonSerializerOptions)])!.Invoke(
        [
            new JsonSerializerOptions
            {
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                PropertyNameCaseInsensitive = true,
            },
        ]);

        public T Deserialize<T>(Stream requestStream)
        {
            ArgumentNullException.ThrowIfNull(requestStream);

            try
            {
                using var json = new MemoryStream();
                requestStream.CopyTo(json);

                return JsonSerializer.Deserialize(json.ToArray(), TypeOf<T>())!;
            }
            catch (Exception exception)
            {
                throw new JsonSerializerException(
                    $"Cannot read the event as {typeof(T).FullName}: {exception.Message}", exception);
            }
        }

        public void Serialize<T>(T response, Stream responseStream)
        {
            try
            {
                using var json = new Utf8JsonWriter(responseStream, Json);
                JsonSerializer.Serialize(json, response, TypeOf<T>());
            }
            catch (Exception exception)
            {
                throw new JsonSerializerException(
                    $"Cannot write the result as {typeof(T).FullName}: {exception.Message}", exception);
            }
        }

        private JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>?)_context.GetTypeInfo(typeof(T))
            ?? throw new JsonSerializerException($"{typeof(TSGContext)} does not contain {typeof(T)}.");
    }

    /// <summary>An event cannot be deserialized, or a result cannot be serialized.</summary>
    public class JsonSerializerException : Exception
    {
        public JsonSerializerException(string message)
            : base(message)
        {
        }

        public JsonSerializerException(string message, Exception exception)
            : base(message, exception)
        {
        }
    }
}
