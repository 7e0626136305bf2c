using System.Text;
using static Api.Tests.Tokens.TokenClients;

namespace Api.Tests.Tokens;

/// <summary>The body of a token request: its content type, encoding and size.</summary>
public sealed class TokenRequestBodyTests(TokenClients clients) : IClassFixture<TokenClients>
{
    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencodedx")]
    [InlineData("application/jwt")]
    [InlineData("; charset=utf-8")]
    public async Task Other_content_type_is_refused(string? contentType)
    {
        using var response = await clients.PostAsync(clients.BasicOf("both"), "grant_type=client_credentials", contentType);

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"grant_type=client_credentials\"")]
    [InlineData("{")]
    [InlineData("{\"grant_type\":\"client_credentials\",}")]
    [InlineData("{\"grant_type\":[\"client_credentials\"]}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"scope\":[\"USER\"]}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"scope\":1}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"scope\":\"\\ud800\"}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"gr\\u0061nt_type\":\"client_credentials\"}")]
    [InlineData("{\"grant_type\":\"client_credentials\",\"x\":[[[[[[[[[[]]]]]]]]]]}")]
    public async Task Damaged_json_is_refused(string json)
    {
        using var response = await clients.PostAsync(clients.BasicOf("both"), json, "application/json");

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData(Form)]
    [InlineData("application/json")]
    public async Task Body_that_is_no_UTF8_is_refused(string contentType)
    {
        using var content = new ByteArrayContent([.. "{\"grant_type\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new(contentType);

        using var response = await clients.Api.SendAsync(HttpMethod.Post, Endpoint, content, ("Authorization", clients.BasicOf("both")));

        await AssertRefusedAsync(response, 400, "invalid_request");
    }

    [Theory]
    [InlineData(16_384, true, 200)]
    [InlineData(16_384, false, 200)]
    [InlineData(16_385, true, 413)]
    [InlineData(16_385, false, 413)]
    [InlineData(1_000_000, false, 413)]
    public async Task Body_may_have_16_KiB(int length, bool lengthIsGiven, int status)
    {
        const string Start = "grant_type=client_credentials&x=";
        var body = Encoding.ASCII.GetBytes(Start + new string('a', length - Start.Length));
        using HttpContent content = lengthIsGiven ? new ByteArrayContent(body) : new StreamContent(new UnknownLength(body));
        content.Headers.ContentType = new(Form);

        using var response = await clients.Api.SendAsync(HttpMethod.Post, Endpoint, content, ("Authorization", clients.BasicOf("both")));

        Assert.Equal(status, (int)response.StatusCode);

        if (status is 413)
        {
            await AssertRefusedAsync(response, 413, "invalid_request");
        }
    }

    /// <summary>A stream without a known length.</summary>
    private sealed class UnknownLength(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
