using Api.Hosting;
using Microsoft.Net.Http.Headers;

namespace Api.OAuth;

/// <summary>A refusal of the token endpoint (RFC 6749 §5.2), its texts fixed so that none of the request comes back in it.</summary>
internal sealed record OAuthError(int Status, string Error, string Description) : IResult
{
    public static readonly OAuthError InvalidScope =
        Invalid("invalid_scope", "A requested scope does not exist or is not one that the client may have.");

    public static readonly OAuthError UnauthorizedClient = Invalid("unauthorized_client", "The client is disabled.");

    public static readonly OAuthError UnsupportedGrantType =
        Invalid("unsupported_grant_type", "The grant type must be client_credentials.");

    public static readonly OAuthError MethodNotAllowed =
        InvalidRequest("The method must be POST.") with { Status = StatusCodes.Status405MethodNotAllowed };

    public static readonly OAuthError Unavailable =
        new(StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable", "The clients or the signing keys cannot be had now. Try again later.");

    private static readonly OAuthError WrongCredentials = new(
        StatusCodes.Status401Unauthorized, "invalid_client", "The client is unknown, or its credentials are missing or wrong.");

    // Sent only to those who tried Basic: a browser would ask its user for a password.
    private bool ChallengesBasic { get; init; }

    /// <summary>The reason as the log has it, which may be more than the caller learns; never a part of the request either.</summary>
    public string Reason { get => field ?? Description; private init; }

    public static OAuthError InvalidRequest(string description) => Invalid("invalid_request", description);

    public static OAuthError InvalidBody(UnreadableBody body) => InvalidRequest(body.Description) with { Status = body.Status };

    public static OAuthError InvalidClient(bool triedBasic) => WrongCredentials with { ChallengesBasic = triedBasic };

    public static OAuthError InvalidClient(string reason) => WrongCredentials with { Reason = reason };

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

/// <summary>The body of a refusal (RFC 6749 §5.2).</summary>
internal sealed record OAuthErrorResponse(string Error, string ErrorDescription);
