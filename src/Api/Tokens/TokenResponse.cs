namespace Api.Tokens;

/// <summary>A successful answer of the token endpoint (RFC 6749 §5.1). <c>expires_in</c> in seconds.</summary>
internal sealed record TokenResponse(string AccessToken, string TokenType, long ExpiresIn, string Scope);
