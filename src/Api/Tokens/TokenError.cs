using Microsoft.Net.Http.Headers;

namespace Api.Tokens;

/// <summary>A refusal of the token endpoint (RFC 6749 §5.2), its texts fixed so that none of the request comes back in it.</summary>
internal sealed record TokenError(int Status, string Error, string Description) : IResult
{
    public static readonly TokenError InvalidScope =
        Invalid("invalid_scope", "A requested scope does not exist or is not one that the client may have.");

    public static readonly TokenError UnauthorizedClient = Invalid("unauthorized_client", "The client is disabled.");

    public static readonly TokenError UnsupportedGrantType =
        Invalid("unsupported_grant_type", "The grant type must be client_credentials.");

    public static readonly TokenError MethodNotAllowed =
        InvalidRequest("The method must be POST.") with { Status = StatusCodes.Status405MethodNotAllowed };

    public static readonly TokenError Unavailable =
        new(StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable", "The clients or the signing keys cannot be had now. Try again later.");

    private static readonly TokenError WrongCredentials = new(
        StatusCodes.Status401Unauthorized, "invalid_client", "The client is unknown, or its credentials are missing or wrong.");

    // Sent only to those who tried Basic: a browser would ask its user for a password.
    private bool ChallengesBasic { get; init; }

    /// <summary>The reason as the log has it, which may be more than the caller learns; never a part of the request either.</summary>
    public string Reason { get => field ?? Description; private init; }

    public static TokenError InvalidRequest(string description) => Invalid("invalid_request", description);

    public static TokenError InvalidBody(UnreadableBody body) => InvalidRequest(body.Description) with { Status = body.Status };

    public static TokenError InvalidClient(bool triedBasic) => WrongCredentials with { ChallengesBasic = triedBasic };

    public static TokenError InvalidClient(string reason) => WrongCredentials with { Reason = reason };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.NoStore();

        if (ChallengesBasic)
        {
            httpContext.Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"oauth2\", charset=\"UTF-8\"";
        }

        return TypedResults.Json(new(Error, Description), ApiJson.Answers.TokenErrorResponse, statusCode: Status)
            .ExecuteAsync(httpContext);
    }

    private static TokenError Invalid(string error, string description) => new(StatusCodes.Status400BadRequest, error, description);
}

/// <summary>The body of a refusal (RFC 6749 §5.2).</summary>
internal sealed record TokenErrorResponse(string Error, string ErrorDescription);
