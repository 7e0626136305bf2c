using System.Net.Mime;
using System.Text;
using Api.Configuration;
using Api.Hosting;
using Api.OAuth;
using Api.Sessions;

namespace Api.SignIn.Authorization;

/// <summary>The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core 1.0 §3.1.2).</summary>
internal static class AuthorizationEndpoint
{
    public static void MapAuthorizationEndpoint(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(EndpointPaths.Authorize, GetAsync)
            .AllowAnonymous()
            .WithTags("OpenID Connect")
            .WithSummary("Signs a person in and sends an authorization code to the client (RFC 6749 §4.1.1)")
            .WithDescription("A browser opens this address. Parameters: response_type=code, client_id, redirect_uri, scope, state, "
                + "code_challenge, code_challenge_method=S256, nonce, response_mode, prompt, max_age, login_hint, id_token_hint.")
            .Produces(StatusCodes.Status303SeeOther)
            .Produces(StatusCodes.Status200OK, contentType: MediaTypeNames.Text.Html)
            .Produces(StatusCodes.Status400BadRequest, contentType: MediaTypeNames.Text.Html)
            .WithMetadata(FormRequest.Unavailable)
            .ShortCircuit();

        routes.MapPost(EndpointPaths.Authorize, PostAsync)
            .AllowAnonymous()
            .WithTags("OpenID Connect")
            .WithSummary("Takes the same parameters as a form (OpenID Connect Core 1.0 §3.1.2.1)")
            .Produces(StatusCodes.Status303SeeOther)
            .Produces(StatusCodes.Status400BadRequest, contentType: MediaTypeNames.Text.Html)
            .WithMetadata(FormRequest.Unavailable)
            .ShortCircuit();

        routes.MapMethodNotAllowed(EndpointPaths.Authorize, $"{HttpMethods.Get}, {HttpMethods.Post}");
    }

    private static async Task<IResult> GetAsync(HttpContext http, AuthorizationRequestReader reader, AuthorizationFlow flow)
    {
        var query = Encoding.UTF8.GetBytes(http.Request.QueryString.Value ?? "");
        var parameters = RequestParameters.ReadForm(query.AsSpan(query is [] ? 0 : 1), AuthorizationParameters.Names, out var fault);
        var (request, refusal) = await reader.ReadAsync(parameters, fault, http.RequestAborted);

        return request is null ? refusal! : await flow.ContinueAsync(http, request, parameters, decision: null);
    }

    private static async Task<IResult> PostAsync(
        HttpContext http, AuthorizationRequestReader reader, AuthorizationFlow flow, AuthorizationServerOptions options)
    {
        if (await FormRequest.ReadAsync(http) is not { } form)
        {
            return FormRequest.Unreadable;
        }

        var parameters = RequestParameters.ReadForm(form.Span, AuthorizationParameters.Names, out var fault);
        var (request, refusal) = await reader.ReadAsync(parameters, fault, http.RequestAborted);
        var decision = parameters[Pages.Decision];

        if (request is null)
        {
            return decision is null ? refusal! : Pages.AfterForm(refusal!);
        }

        // The browser does not send the session with a POST from another site. It does with the GET that follows.
        if (decision is null)
        {
            return new SeeOther(AuthorizationFlow.AddressOf(http, parameters));
        }

        return SameOrigin.IsSameOrigin(http.Request, options)
            ? Pages.AfterForm(await flow.ContinueAsync(http, request, parameters, decision))
            : FormRequest.Foreign;
    }
}
