using System.Collections.Immutable;
using Api.Foundation;
using Api.OAuth;
using Api.Sessions;
using Api.Tokens;
using static Api.SignIn.Authorization.AuthorizationParameters;

namespace Api.SignIn.Authorization;

/// <summary>
/// The steps of a valid authorization request: a session that is new enough, scopes, consent where the client needs it, and then the code.
/// </summary>
internal sealed class AuthorizationFlow(
    CurrentSession current, ScopePolicy scopePolicy, Consents consents, AuthorizationCodes codes, SignInDemands demands, TimeProvider time)
{
    /// <param name="http">The request.</param>
    /// <param name="request">The authorization request.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="decision">What the user answered on the consent page; null: the page was not shown.</param>
    public async Task<IResult> ContinueAsync(
        HttpContext http, AuthorizationRequest request, RequestParameters parameters, string? decision)
    {
        var isSilent = request.Prompt.Contains("none");
        var signedIn = await current.FindAsync(http);

        if (signedIn is null || !IsExpected(request, signedIn) || !IsNewEnough(request, signedIn.Session))
        {
            // With an ID token of another user, one sign-in is enough to see that this user is not there.
            return isSilent || (signedIn is not null && IsAfterSignIn(request, signedIn.Session))
                ? request.Answer.Error("login_required", "The expected user is not signed in.")
                : await AskForSignInAsync(http, request, parameters, isSignedIn: signedIn is not null);
        }

        var scopes = scopePolicy.FindForUser(request.Client, signedIn.User, request.Scopes);

        if (scopes is [])
        {
            return request.Answer.Error("invalid_scope", "The user has none of the requested scopes.");
        }

        var asks = request.Prompt.Contains("consent")
            || (request.Client.RequireConsent
                && !await consents.CoverAsync(signedIn.User.Sub, request.Client, scopes, http.RequestAborted));

        if (!asks)
        {
            return await IssueAsync(http, request, parameters, signedIn, scopes);
        }

        if (isSilent)
        {
            return request.Answer.Error("consent_required", "The user must allow the client first.");
        }

        // The answer counts only for this session, request and scopes. If one has changed since, the page is shown again.
        var shown = OpaqueToken.Hash($"{signedIn.Session.Id} {HashOf(parameters)} {string.Join(' ', scopes)}");

        switch (decision)
        {
            case Pages.Allow when parameters[ShownConsent] == shown:
                await consents.AddAsync(signedIn.User.Sub, request.Client, scopes, http.RequestAborted);

                return await IssueAsync(http, request, parameters, signedIn, scopes);
            case null or Pages.Allow:
                return Pages.Consent(new(
                    request.Client.ClientName,
                    new(signedIn.User.UserName, signedIn.User.Name),
                    scopes,
                    new Dictionary<string, string>(Without(parameters, Pages.Decision)) { [ShownConsent] = shown }));
            default:
                return request.Answer.Error("access_denied", "The user did not allow the client.");
        }
    }

    /// <summary>The address of the request as a GET, relative to the host.</summary>
    public static string AddressOf(HttpContext http, RequestParameters parameters) => AuthorizationAnswer.AddTo(
        $"{http.Request.PathBase.ToUriComponent()}{EndpointPaths.Authorize}", Without(parameters, Pages.Decision));

    private async Task<IResult> IssueAsync(
        HttpContext http, AuthorizationRequest request, RequestParameters parameters, SignedIn signedIn, ImmutableArray<string> scopes)
    {
        // One sign-in is enough for one code. With the same address, the next one needs another.
        if (request.Demand is var (demand, version)
            && !await demands.ConsumeAsync(parameters[AuthorizationParameters.SignInDemand]!, demand, version, CancellationToken.None))
        {
            return await AskForSignInAsync(http, request, parameters, isSignedIn: true);
        }

        var code = new AuthorizationCode(
            request.Client.ClientId,
            request.Answer.RedirectUri,
            string.Join(' ', scopes),
            signedIn.User.Sub,
            signedIn.Session.Id,
            signedIn.Session.AuthenticatedAt,
            time.GetUtcNow(),
            request.CodeChallenge,
            request.Nonce);

        return request.Answer.Code(await codes.CreateAsync(code, http.RequestAborted));
    }

    private static bool IsExpected(AuthorizationRequest request, SignedIn signedIn) =>
        !request.HasHint
        // Without prompt=none, a hint that is too old to be verified is no reason to refuse: the user is there.
        || (request.Hint is null ? !request.Prompt.Contains("none") : request.Hint.Sub == signedIn.User.Sub);

    private bool IsNewEnough(AuthorizationRequest request, Session session) =>
        IsAfterSignIn(request, session)
        || (!AsksAgain(request) && !(time.GetUtcNow() - session.AuthenticatedAt > request.MaxAge));

    // OpenID Connect Core 1.0 §3.1.2.1: max_age=0 is prompt=login.
    private static bool AsksAgain(AuthorizationRequest request) =>
        request.Prompt.Contains("login") || request.Prompt.Contains("select_account") || request.MaxAge == TimeSpan.Zero;

    private static bool IsAfterSignIn(AuthorizationRequest request, Session session) => session.AuthenticatedAt >= request.Demand?.Demand.Since;

    private async Task<IResult> AskForSignInAsync(
        HttpContext http, AuthorizationRequest request, RequestParameters parameters, bool isSignedIn)
    {
        var back = OfClient(parameters);

        // Otherwise any session is enough, and nothing is stored for a request that anyone can send.
        if (isSignedIn || AsksAgain(request))
        {
            back[AuthorizationParameters.SignInDemand] = await demands.CreateAsync(parameters, http.RequestAborted);
        }

        var root = http.Request.PathBase.ToUriComponent();
        Dictionary<string, string> query = new(StringComparer.Ordinal)
        {
            ["return_to"] = AuthorizationAnswer.AddTo(root + EndpointPaths.Authorize, back),
        };

        if (request.LoginHint is not null)
        {
            query[LoginHint] = request.LoginHint;
        }

        return new SeeOther(AuthorizationAnswer.AddTo($"{root}/sign-in", query));
    }

    private static Dictionary<string, string> Without(RequestParameters parameters, params string[] names) =>
        parameters.Values.Where(parameter => !names.Contains(parameter.Key)).ToDictionary(StringComparer.Ordinal);
}
