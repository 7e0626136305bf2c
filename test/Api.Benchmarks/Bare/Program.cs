using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Bare;

var builder = WebApplication.CreateSlimBuilder(args);

builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi, new SourceGeneratorLambdaJsonSerializer<LambdaJson>());

var app = builder.Build();
var documents = app.Configuration["Documents"]!;
var metadata = await File.ReadAllBytesAsync(Path.Combine(documents, "openid-configuration"));
var keySet = await File.ReadAllBytesAsync(Path.Combine(documents, "jwks.json"));
using var signer = new Signer();

app.MapGet("/.well-known/openid-configuration", () => TypedResults.Bytes(metadata, "application/json"));
app.MapGet("/.well-known/jwks.json", () => TypedResults.Bytes(keySet, "application/json"));
app.MapPost("/sign", () => TypedResults.Text(signer.Sign(), "application/json"));
app.MapGet("/empty", () => TypedResults.Ok());

await app.RunAsync();

namespace Bare
{
    /// <summary>Reads the events of the gateway and writes the results.</summary>
    [JsonSerializable(typeof(APIGatewayHttpApiV2ProxyRequest))]
    [JsonSerializable(typeof(APIGatewayHttpApiV2ProxyResponse))]
    internal sealed partial class LambdaJson : JsonSerializerContext;
}
