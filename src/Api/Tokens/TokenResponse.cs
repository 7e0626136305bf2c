using System.Text.Json;

namespace Api.Tokens;

/// <summary>A successful answer of the token endpoint (RFC 6749 §5.1). <c>expires_in</c> in seconds.</summary>
internal sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresIn, string Scope) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // Whole, so that it goes out with its length in one piece.
        var json = JsonSerializer.SerializeToUtf8Bytes(this, ApiJson.Answers.TokenResponse);
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = json.Length;
        await httpContext.Response.BodyWriter.WriteAsync(json, httpContext.RequestAborted);
    }
}
