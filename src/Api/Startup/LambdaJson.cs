using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;
using Api.Deployment;
using Api.Keys;

namespace Api.Startup;

/// <summary>
/// How the events of the Lambda functions are read and their results written: requests of an HTTP API (payload format version 2.0), and
/// the events of the other functions, which read theirs themselves.
/// </summary>
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyRequest))]
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyResponse))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(KeyRotationResult))]
[JsonSerializable(typeof(CustomResourceResponse))]
internal sealed partial class LambdaJson : JsonSerializerContext;
