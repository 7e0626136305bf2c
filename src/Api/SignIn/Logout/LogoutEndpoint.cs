using System.Collections.Immutable;
using System.Net.Mime;
using System.Text;
using Api.Clients;
using Api.Configuration;
using Api.Hosting;
using Api.OAuth;
using Api.Sessions;
using Api.SignIn.Authorization;
using Api.SignIn.IdTokens;

namespace Api.SignIn.Logout;

/// <summary>The logout endpoint (OpenID Connect RP-Initiated Logout 1.0).</summary>
internal static class LogoutEndpoint
{
    // OpenID Connect RP-Initiated Logout 1.0 §2.
    public const string PostLogoutRedirectUri = "post_logout_redirect_uri";

    public static readonly ImmutableArray<string> Parameters =
    [
        AuthorizationParameters.IdTokenHint, AuthorizationParameters.ClientId, PostLogoutRedirectUri, AuthorizationParameters.State,
        Pages.Decision,
    ];

    public static void MapLogoutEndpoint(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(EndpointPaths.Logout, GetAsync)
            .AllowAnonymous()
            .WithTags("OpenID Connect")
            .WithSummary("Signs a person out (OpenID Connect RP-Initiated Logout 1.0)")
            .WithDescription("A browser opens this address. Parameters: id_token_hint, client_id, post_logout_redirect_uri, state. Without an "
                + "ID token of the person who is signed in, a page asks first, and the browser stays here.")
            .Produces(StatusCodes.Status303SeeOther)
            .Produces(StatusCodes.Status200OK, contentType: MediaTypeNames.Text.Html)
            .WithMetadata(FormRequest.Unavailable)
            .ShortCircuit();

        routes.MapPost(EndpointPaths.Logout, PostAsync)
            .AllowAnonymous()
            .WithTags("OpenID Connect")
            .WithSummary("Takes the same parameters as a form")
            .Produces(StatusCodes.Status303SeeOther)
            .Produces(StatusCodes.Status200OK, contentType: MediaTypeNames.Text.Html)
            .WithMetadata(FormRequest.Unavailable)
            .ShortCircuit();

        routes.MapMethodNotAllowed(EndpointPaths.Logout, $"{HttpMethods.Get}, {HttpMethods.Post}");
    }

    private static async Task<IResult> GetAsync(HttpContext http, LogoutFlow flow)
    {
        var query = Encoding.UTF8.GetBytes(http.Request.QueryString.Value ?? "");
        var parameters = RequestParameters.ReadForm(query.AsSpan(query is [] ? 0 : 1), Parameters, out var fault);

        return fault is null ? await flow.ContinueAsync(http, parameters, decision: null) : FormRequest.Unreadable;
    }

    private static async Task<IResult> PostAsync(HttpContext http, LogoutFlow flow, AuthorizationServerOptions options)
    {
        if (await FormRequest.ReadAsync(http) is not { } form)
        {
            return FormRequest.Unreadable;
        }

        var parameters = RequestParameters.ReadForm(form.Span, Parameters, out var fault);

        return fault is not null ? FormRequest.Unreadable
            // As at the authorization endpoint: the session comes with the GET.
            : parameters[Pages.Decision] is not { } decision ? new SeeOther(AuthorizationAnswer.AddTo(
                $"{http.Request.PathBase.ToUriComponent()}{EndpointPaths.Logout}", parameters.Values))
            : SameOrigin.IsSameOrigin(http.Request, options) ? Pages.AfterForm(await flow.ContinueAsync(http, parameters, decision))
            : FormRequest.Foreign;
    }
}

/// <summary>
/// Ends the session of the browser. Only an ID token of the user who is signed in, or the user's own answer, ends it, so that no other site
/// can. The browser goes back only to a registered address of the client that the ID token names.
/// </summary>
internal sealed class LogoutFlow(CurrentSession current, IdTokenHints hints, ClientDirectory clients)
{
    /// <param name="http">The request.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="decision">What the user answered on the page; null: the page was not shown.</param>
    public async Task<IResult> ContinueAsync(HttpContext http, RequestParameters parameters, string? decision)
    {
        var hint = parameters[AuthorizationParameters.IdTokenHint] is { } token
            ? await hints.ReadAsync(token, parameters[AuthorizationParameters.ClientId], http.RequestAborted)
            : null;
        var signedIn = await current.FindAsync(http);

        if (signedIn is not null && hint?.Sub != signedIn.User.Sub)
        {
            if (decision is null)
            {
                // A decision in the query is not the user's, and would repeat the one of the form.
                return Pages.ConfirmSignOut(new(
                    new(signedIn.User.UserName, signedIn.User.Name),
                    parameters.Values.Where(one => one.Key is not Pages.Decision).ToDictionary(StringComparer.Ordinal)));
            }

            if (decision is not Pages.Allow)
            {
                return Pages.StillSignedIn();
            }
        }

        await current.EndAsync(http);

        return hint is not null && await AddressOfAsync(hint, parameters, http.RequestAborted) is { } address
            ? new SeeOther(address)
            : Pages.SignedOut();
    }

    private async Task<string?> AddressOfAsync(IdTokenHint hint, RequestParameters parameters, CancellationToken cancellation)
    {
        if (parameters[LogoutEndpoint.PostLogoutRedirectUri] is not { } requested
            || await clients.FindAsync(hint.ClientId, cancellation) is not { Enabled: true } client
            || !client.PostLogoutRedirectUris.Any(registered => RedirectUri.Matches(registered, requested)))
        {
            return null;
        }

        return parameters[AuthorizationParameters.State] is { } state
            ? AuthorizationAnswer.AddTo(requested, [new(AuthorizationParameters.State, state)])
            : requested;
    }
}
