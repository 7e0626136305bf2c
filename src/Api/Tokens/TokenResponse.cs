using System.Globalization;
using System.Text.Unicode;

namespace Api.Tokens;

/// <summary>A successful answer of the token endpoint (RFC 6749 §5.1). <c>expires_in</c> in seconds.</summary>
internal sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresIn, string Scope) : IResult
{
    // The names of the members, what surrounds them, and a number of 19 digits.
    private const int MaximumOverhead = 128;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // Whole, so that it goes out with its length in one piece. Nothing has to be escaped: a token is base64url and dots, and a scope
        // has neither quotes nor backslashes (RFC 6749 §3.3).
        var body = new byte[AccessToken.Length + TokenType.Length + Scope.Length + MaximumOverhead];
        var fits = Utf8.TryWrite(
            body,
            CultureInfo.InvariantCulture,
            $"{{\"access_token\":\"{AccessToken}\",\"token_type\":\"{TokenType}\",\"expires_in\":{ExpiresIn},\"scope\":\"{Scope}\"}}",
            out var length);
        ArgumentOutOfRangeException.ThrowIfEqual(fits, false, nameof(Scope));

        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = length;
        await httpContext.Response.BodyWriter.WriteAsync(body.AsMemory(0, length), httpContext.RequestAborted);
    }
}
