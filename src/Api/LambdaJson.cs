using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;

namespace Api;

/// <summary>How an event of the gateway is read and its answer written (HTTP API, payload format version 2.0).</summary>
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyRequest))]
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyResponse))]
internal sealed partial class LambdaJson : JsonSerializerContext;
