using System.Buffers;
using System.Text;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Lambda;

/// <summary>The result that a function returns for a web app's response (HTTP API, payload format 2.0).</summary>
[Collection(AloneCollection.Name)]
public sealed class LambdaResponseTests
{
    private static readonly GatewayRequest Request = GatewayRequest.Get("/");

    private static byte[] AllBytes => [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Theory]
    [InlineData("text/plain", "ü <\"\\\0>")]
    [InlineData("application/problem+json", "{}")]
    [InlineData("font/woff2", "text")]
    [InlineData("APPLICATION/ZIP", "text")]
    public async Task Text_is_returned_as_text(string contentType, string text)
    {
        var result = await ResultAsync(http =>
        {
            http.Response.ContentType = contentType;

            return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
        });

        Assert.False(result.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal(text, result.GetProperty("body").GetString());
        Assert.Equal(contentType, result.GetProperty("headers").GetProperty("Content-Type").GetString());
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("image/png")]
    [InlineData("image/gif")]
    [InlineData("image/jpeg")]
    [InlineData("image/jpg")]
    [InlineData("image/x-icon")]
    [InlineData("application/zip; a=b")]
    [InlineData("application/pdf")]
    [InlineData("application/x-protobuf")]
    [InlineData("application/wasm")]
    public async Task Binary_types_are_returned_as_base64(string contentType)
    {
        var result = await ResultAsync(http =>
        {
            http.Response.ContentType = contentType;

            return http.Response.Body.WriteAsync(AllBytes).AsTask();
        });

        Assert.True(result.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal(AllBytes, result.GetProperty("body").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("deflate", true)]
    [InlineData("br", true)]
    [InlineData("zstd", false)]
    [InlineData("identity", false)]
    public async Task Compressed_text_is_returned_as_base64(string contentEncoding, bool isBase64)
    {
        var result = await ResultAsync(http =>
        {
            http.Response.ContentType = "text/plain";
            http.Response.Headers.ContentEncoding = contentEncoding;

            return http.Response.Body.WriteAsync("text"u8.ToArray()).AsTask();
        });

        Assert.Equal(isBase64, result.GetProperty("isBase64Encoded").GetBoolean());
    }

    [Theory]
    [InlineData("image/webp")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Bytes_of_any_other_type_that_are_not_UTF8_are_lost(string? contentType)
    {
        var response = await EchoApi.SendAsync(Request, http =>
        {
            http.Response.ContentType = contentType;

            return http.Response.Body.WriteAsync(AllBytes).AsTask();
        });

        Assert.Equal(Encoding.UTF8.GetString(AllBytes), response.Text);
    }

    [Fact]
    public async Task Response_without_type_and_body_has_a_null_type_and_an_empty_body()
    {
        var result = await ResultAsync(_ => Task.CompletedTask);

        Assert.Equal(
            """{"statusCode":200,"headers":{"Content-Type":null},"body":"","isBase64Encoded":false}""", result.GetRawText());
    }

    [Fact]
    public async Task What_is_not_flushed_is_lost()
    {
        var response = await EchoApi.SendAsync(Request, async http =>
        {
            await http.Response.BodyWriter.WriteAsync("flushed"u8.ToArray());
            http.Response.BodyWriter.Write("lost"u8);
            await http.Response.CompleteAsync();
        });

        Assert.Equal("flushed", response.Text);
    }

    [Fact]
    public async Task Cookies_are_a_list_and_other_values_are_joined()
    {
        var response = await EchoApi.SendAsync(Request, http =>
        {
            http.Response.Cookies.Append("a", "1", new() { Expires = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero) });
            http.Response.Cookies.Append("b", "2");
            http.Response.Headers.Append("WWW-Authenticate", "Basic");
            http.Response.Headers.Append("WWW-Authenticate", "Bearer");

            return Task.CompletedTask;
        });

        Assert.Equal(["a=1; expires=Mon, 01 Jun 2026 12:00:00 GMT; path=/", "b=2; path=/"], response.Cookies);
        Assert.Equal("Basic,Bearer", response.Headers["www-authenticate"]);
        Assert.False(response.Headers.ContainsKey("set-cookie"));
    }

    [Theory]
    [InlineData("HEAD", 200)]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    [InlineData("GET", 103)]
    public async Task Body_is_returned_whatever_the_method_and_the_status(string method, int status)
    {
        var response = await EchoApi.SendAsync(new(method, "/"), http =>
        {
            http.Response.StatusCode = status;

            return http.Response.WriteAsync("body");
        });

        Assert.Equal((status, "body"), (response.Status, response.Text));
    }

    private static async Task<JsonElement> ResultAsync(RequestDelegate answer)
    {
        await using var api = await EchoApi.StartAsync(answer);

        return (await api.Runtime.InvokeAsync(Request.ToEvent())).Json;
    }
}
