using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;
using Api.Deployment;
using Api.Keys;

namespace Api.Startup;

/// <summary>
/// Source-generated JSON metadata for Lambda events and results: HTTP API requests (payload format version 2.0), and raw JSON for
/// the other functions, which parse their events themselves.
/// </summary>
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyRequest))]
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyResponse))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(KeyRotationResult))]
[JsonSerializable(typeof(CustomResourceResponse))]
internal sealed partial class LambdaJson : JsonSerializerContext;
