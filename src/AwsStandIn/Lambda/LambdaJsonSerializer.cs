using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.Core
{
    /// <summary>Reads events and writes what a function answers.</summary>
    public interface ILambdaSerializer
    {
        T Deserialize<T>(Stream requestStream);

        void Serialize<T>(T response, Stream responseStream);
    }
}

namespace Amazon.Lambda.Serialization.SystemTextJson
{
    /// <summary>Reads and writes the types that a generated context names, and looks at none as the program runs.</summary>
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
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            },
        ]);

        public T Deserialize<T>(Stream requestStream) => JsonSerializer.Deserialize(requestStream, TypeOf<T>())!;

        public void Serialize<T>(T response, Stream responseStream)
        {
            using var json = new Utf8JsonWriter(responseStream, Json);
            JsonSerializer.Serialize(json, response, TypeOf<T>());
        }

        private JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>?)_context.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(TSGContext)} does not name {typeof(T)}.");
    }
}
