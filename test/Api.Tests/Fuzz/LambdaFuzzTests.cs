using Api.Tests.Support;
using Xunit.Abstractions;

namespace Api.Tests.Fuzz;

/// <summary>The app on Lambda with random requests. It answers each one, and never with a server error.</summary>
[Trait("Kind", "Fuzz")]
public sealed class LambdaFuzzTests(LambdaApi api, ITestOutputHelper output) : IClassFixture<LambdaApi>
{
    private const string Stage = "$default";

    private static readonly string[] Words =
    [
        "%00", "%2F", "%252F", "%25", "//", "/user/me", "/oauth2/token", "/swagger/index.html", "/.well-known/jwks.json", Stage,
        "Bearer ", "Basic ", "application/x-www-form-urlencoded", "application/json", "gzip", "chunked", "100-continue", "W/\"1\"",
    ];

    private static readonly string[] Methods =
        ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND"];

    private static readonly string[] HeaderNames =
    [
        "authorization", "content-type", "content-length", "content-encoding", "transfer-encoding", "expect", "host", "accept",
        "accept-encoding", "if-match", "if-none-match", "if-modified-since", "range", "origin", "cookie", "user-agent",
        "x-forwarded-port", "x-forwarded-for", "x-http-method-override",
    ];

    [Fact]
    public async Task Request_is_answered_without_a_server_error_and_the_next_one_is_served()
    {
        var token = await api.GetTokenAsync();
        var form = $"grant_type=client_credentials&client_id={LambdaApi.ClientId}&client_secret={api.Secret}";
        GatewayRequest[] requests =
        [
            GatewayRequest.Get("/user/me", ("authorization", $"Bearer {token}")),
            GatewayRequest.Get("/.well-known/jwks.json") with { Query = "a=1&b=%20", Cookies = ["a=1", "b=2"] },
            GatewayRequest.Get("/swagger/index.html", ("if-none-match", "\"1\"")),
            GatewayRequest.Post("/oauth2/token", "application/x-www-form-urlencoded", form) with { AsBase64 = true },
            GatewayRequest.Post("/oauth2/token", "application/json", """{"grant_type":"client_credentials"}"""),
        ];

        await Fuzzing.RunAsync(output, 150, Words, mutator => Make(mutator, requests), TryAsync);

        Assert.Equal(200, (await api.SendAsync(GatewayRequest.Get("/health"))).Status);
        Assert.DoesNotContain(api.Log.Split('\n'), Leaks.IsSecret);
    }

    private static GatewayRequest Make(Mutator mutator, GatewayRequest[] requests)
    {
        var request = mutator.Choose(requests);

        for (var changes = mutator.Choose(1, 1, 2, 3); changes > 0; changes--)
        {
            request = Change(mutator, request);
        }

        // The gateway has no route for such a path, from which the hosting package removes the stage.
        return request.Path.StartsWith("/" + Stage, StringComparison.Ordinal) ? request with { Path = "/" } : request;
    }

    private static GatewayRequest Change(Mutator mutator, GatewayRequest request) => mutator.Choose(0, 1, 2, 3, 4, 5) switch
    {
        0 => request with { Method = mutator.Choose(Methods) },
        1 => request with { Path = "/" + mutator.Mutate(request.Path[1..]) },
        2 => request with { Query = mutator.Mutate(request.Query, "a=1&b=%20") },
        3 => request with { Cookies = [mutator.Mutate("a=1", "__Host-session=abc.def"), "b=2"] },
        4 => request with { Body = mutator.Mutate(request.Body ?? [], "{}"u8.ToArray()), AsBase64 = true },
        _ => WithHeader(request, mutator.Choose(HeaderNames), mutator),
    };

    private static GatewayRequest WithHeader(GatewayRequest request, string name, Mutator mutator)
    {
        var sent = request.Headers.FirstOrDefault(header => header.Name == name).Value ?? "";
        // Header values cannot contain control characters (RFC 9110 §5.5).
        var value = string.Concat(mutator.Mutate(sent, Words[^1]).Where(character => !char.IsControl(character)));

        return request with { Headers = [.. request.Headers.Where(header => header.Name != name), (name, value)] };
    }

    private async Task<string> TryAsync(GatewayRequest request)
    {
        var response = await api.SendAsync(request);
        Assert.InRange(response.Status, 200, 499);

        return $"{response.Status}";
    }
}
