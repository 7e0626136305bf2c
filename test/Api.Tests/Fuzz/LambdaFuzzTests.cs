using System.Text;
using System.Text.Json;
using Api.Tests.Support;
using Xunit.Abstractions;

namespace Api.Tests.Fuzz;

/// <summary>The app on Lambda, with any event: it answers each, or says what is wrong with it, and serves the next one.</summary>
[Trait("Kind", "Fuzz")]
[Trait("AwsPackages", "standin")]
public sealed class LambdaFuzzTests(LambdaApi api, ITestOutputHelper output) : IClassFixture<LambdaApi>
{
    private static readonly string[] Words =
    [
        "version", "2.0", "1.0", "rawPath", "rawQueryString", "cookies", "headers", "requestContext", "http", "method", "path",
        "protocol", "sourceIp", "stage", "domainName", "body", "isBase64Encoded", "authorization", "content-type", "content-length",
        "host", "transfer-encoding", "expect", "/user/me", "/oauth2/token", "/swagger/index.html",
        "/.well-known/jwks.json", "GET", "POST", "HEAD", "CONNECT", "OPTIONS",
    ];

    [Fact]
    public async Task Event_is_answered_or_refused_as_none_and_the_next_one_is_served()
    {
        var token = await api.GetTokenAsync();
        var form = $"grant_type=client_credentials&client_id={LambdaApi.ClientId}&client_secret={api.Secret}";
        byte[][] events =
        [
            .. new[]
            {
                GatewayRequest.Get("/user/me", ("authorization", $"Bearer {token}")),
                GatewayRequest.Get("/.well-known/jwks.json") with { Query = "a=1&b=%20", Cookies = ["a=1", "b=2"], Stage = "prod" },
                GatewayRequest.Get("/swagger/index.html", ("if-none-match", "\"1\"")),
                GatewayRequest.Post("/oauth2/token", "application/x-www-form-urlencoded", form) with { AsBase64 = true },
                GatewayRequest.Post("/oauth2/token", "application/json", """{"grant_type":"client_credentials"}"""),
            }.Select(request => Encoding.UTF8.GetBytes(request.ToEvent())),
        ];

        await Fuzzing.RunAsync(output, 300, Words, mutator => mutator.Mutate(events), TryAsync);

        Assert.Equal(200, (await api.SendAsync(GatewayRequest.Get("/health"))).Status);
        Assert.DoesNotContain(api.Log.Split('\n'), Leaks.IsSecret);
    }

    private async Task<string> TryAsync(byte[] json)
    {
        // The gateway writes the event.
        if (!IsJson(json))
        {
            return "not JSON";
        }

        var outcome = await api.Runtime.InvokeAsync(json);

        if (outcome.ErrorType is null)
        {
            Assert.InRange(GatewayResponse.Read(outcome.Json).Status, 200, 499);

            return $"{GatewayResponse.Read(outcome.Json).Status}";
        }

        Assert.Contains(outcome.ErrorType, (string[])["InvalidOperationException", "JsonSerializerException"]);

        return outcome.ErrorType;
    }

    private static bool IsJson(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
