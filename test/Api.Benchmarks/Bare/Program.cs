using Bare;

var builder = WebApplication.CreateSlimBuilder(args);

builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi);

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
