using System.Text.Json;

namespace Api.Tokens;

/// <summary>A successful response of the token endpoint (RFC 6749 §5.1). <c>expires_in</c> is in seconds.</summary>
internal sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresIn, string Scope) : IResult
{
    /// <summary>OpenID Connect Core 1.0 §3.1.3.3.</summary>
    public string? IdToken { get; init; }

    /// <summary>RFC 6749 §1.5.</summary>
    public string? RefreshToken { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(this, TokensJson.Answers.TokenResponse);
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = body.Length;
        await httpContext.Response.BodyWriter.WriteAsync(body, httpContext.RequestAborted);
    }
}
