using Api.Hosting;
using Microsoft.Net.Http.Headers;

namespace Api.OAuth;

/// <summary>
/// An error response of the token endpoint (RFC 6749 §5.2). Its texts are fixed and never repeat part of the request.
/// </summary>
internal sealed record OAuthError(int Status, string Error, string Description) : IResult
{
    public static readonly OAuthError InvalidScope =
        Invalid("invalid_scope", "A requested scope does not exist or is not allowed for this client.");

    public static readonly OAuthError UnauthorizedClient = Invalid("unauthorized_client", "The client is disabled.");

    public static readonly OAuthError GrantTypeNotAllowed =
        Invalid("unauthorized_client", "The client is not registered for this grant type.");

    public static readonly OAuthError UnsupportedGrantType =
        Invalid("unsupported_grant_type", "The grant type is not supported. See grant_types_supported in the metadata.");

    /// <summary>RFC 7009 §2.2.1.</summary>
    public static readonly OAuthError UnsupportedTokenType = Invalid(
        "unsupported_token_type", "A token that a client got for itself cannot be revoked. It ends when the client is disabled, or expires.");

    /// <summary>RFC 7009 §2.1.</summary>
    public static readonly OAuthError TokenOfAnotherClient = Invalid("invalid_grant", "The token was issued to another client.");

    public static readonly OAuthError MethodNotAllowed =
        InvalidRequest("The method must be POST.") with { Status = StatusCodes.Status405MethodNotAllowed };

    public static readonly OAuthError Unavailable = new(
        StatusCodes.Status503ServiceUnavailable,
        "temporarily_unavailable",
        "The client store or the key store is unavailable. Try again later.");

    private static readonly OAuthError WrongGrant = Invalid(
        "invalid_grant",
        "The code or refresh token is invalid, expired or used, or the client_id, redirect_uri or code_verifier does not match it.");

    private static readonly OAuthError WrongCredentials = new(
        StatusCodes.Status401Unauthorized, "invalid_client", "The client is unknown, or its credentials are missing or wrong.");

    // Sent only if the request used Basic: otherwise a browser would ask its user for a password.
    private bool ChallengesBasic { get; init; }

    /// <summary>
    /// The reason for the log. It can be more specific than the description, and never repeats part of the request.
    /// </summary>
    public string Reason { get => field ?? Description; private init; }

    public static OAuthError InvalidRequest(string description) => Invalid("invalid_request", description);

    public static OAuthError InvalidBody(UnreadableBody body) => InvalidRequest(body.Description) with { Status = body.Status };

    public static OAuthError InvalidClient(bool triedBasic) => WrongCredentials with { ChallengesBasic = triedBasic };

    public static OAuthError InvalidClient(string reason) => WrongCredentials with { Reason = reason };

    public static OAuthError InvalidGrant(string reason) => WrongGrant with { Reason = reason };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.NoStore();

        if (ChallengesBasic)
        {
            httpContext.Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"oauth2\", charset=\"UTF-8\"";
        }

        return TypedResults.Json(new(Error, Description), OAuthJson.Answers.OAuthErrorResponse, statusCode: Status)
            .ExecuteAsync(httpContext);
    }

    private static OAuthError Invalid(string error, string description) => new(StatusCodes.Status400BadRequest, error, description);
}

/// <summary>The body of an error response (RFC 6749 §5.2).</summary>
internal sealed record OAuthErrorResponse(string Error, string ErrorDescription);
