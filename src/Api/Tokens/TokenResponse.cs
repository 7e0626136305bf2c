using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Api.Tokens;

/// <summary>A successful answer of the token endpoint (RFC 6749 §5.1). <c>expires_in</c> in seconds.</summary>
internal sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresIn, string Scope) : IResult
{
    // As every answer; the members differ in name.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // Whole, so that it goes out with its length in one piece.
        var body = new ArrayBufferWriter<byte>(AccessToken.Length + 512);

        using (var json = new Utf8JsonWriter(body, Options))
        {
            json.WriteStartObject();
            json.WriteString("access_token"u8, AccessToken);
            json.WriteString("token_type"u8, TokenType);
            json.WriteNumber("expires_in"u8, ExpiresIn);
            json.WriteString("scope"u8, Scope);
            json.WriteEndObject();
        }

        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = body.WrittenCount;
        await httpContext.Response.BodyWriter.WriteAsync(body.WrittenMemory, httpContext.RequestAborted);
    }
}
