using System.Collections.Immutable;
using System.Globalization;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;
using Api.SignIn.IdTokens;
using Api.Tokens;
using static Api.SignIn.Authorization.AuthorizationParameters;

namespace Api.SignIn.Authorization;

/// <summary>
/// Checks an authorization request (RFC 6749 §4.1.2.1). A wrong client or redirect URI is a page, because nothing may be sent to such an
/// address. Every other error goes back to the client.
/// </summary>
internal sealed class AuthorizationRequestReader(
    ClientDirectory clients, ScopePolicy scopes, IdTokenHints hints, SignInDemands demands, AuthorizationServerOptions options)
{
    private const int MaximumNonceLength = 1000;

    private static readonly ImmutableArray<string> Prompts = ["none", "login", "consent", "select_account"];

    /// <summary>The request, or the answer to an invalid one.</summary>
    /// <param name="parameters">The parameters that occur once.</param>
    /// <param name="fault">What is wrong with the form of the request; null: nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<(AuthorizationRequest? Request, IResult? Refusal)> ReadAsync(
        RequestParameters parameters, OAuthError? fault, CancellationToken cancellation)
    {
        if (parameters[ClientId] is not { } clientId
            || await clients.FindAsync(clientId, cancellation) is not { Enabled: true } client)
        {
            return (null, Pages.Error(
                StatusCodes.Status400BadRequest, "Unknown app", "The app that sent you here is not known, or it is switched off."));
        }

        if (parameters[AuthorizationParameters.RedirectUri] is not { } redirectUri
            || !client.RedirectUris.Any(registered => Clients.RedirectUri.Matches(registered, redirectUri)))
        {
            return (null, Pages.Error(
                StatusCodes.Status400BadRequest,
                "Wrong address",
                "The app that sent you here wants to send you on to an address that is not registered for it. Nothing was sent there. "
                    + "If you develop the app, check its redirect_uri."));
        }

        var answer = new AuthorizationAnswer(redirectUri, parameters[State], options.Issuer, parameters[ResponseMode] is "form_post");

        if (ErrorOf(parameters, fault, client) is var (error, description))
        {
            return (null, answer.Error(error, description));
        }

        var request = new AuthorizationRequest(client, answer)
        {
            Scopes = parameters[AuthorizationParameters.Scope] is { } scope ? OAuth.Scope.Parse(scope) : null,
            CodeChallenge = parameters[CodeChallenge],
            Nonce = parameters[Nonce],
            Prompt = PromptOf(parameters),
            MaxAge = MaxAgeOf(parameters),
            LoginHint = parameters[LoginHint],
            HasHint = parameters[AuthorizationParameters.IdTokenHint] is not null,
            Hint = parameters[AuthorizationParameters.IdTokenHint] is { } hint ? await hints.ReadAsync(hint, client.ClientId, cancellation) : null,
            Demand = await demands.FindAsync(parameters, cancellation),
        };

        return (request, null);
    }

    private (string Error, string Description)? ErrorOf(RequestParameters parameters, OAuthError? fault, Client client)
    {
        if (fault is not null)
        {
            return ("invalid_request", fault.Description);
        }

        // OpenID Connect Core 1.0 §3.1.2.6.
        if (parameters[Request] is not null)
        {
            return ("request_not_supported", "The parameter request is not supported.");
        }

        if (parameters[RequestUri] is not null)
        {
            return ("request_uri_not_supported", "The parameter request_uri is not supported.");
        }

        if (parameters[ResponseMode] is not (null or "query" or "form_post"))
        {
            return ("invalid_request", "The response_mode must be query or form_post.");
        }

        if (parameters[ResponseType] is not "code")
        {
            return parameters[ResponseType] is null
                ? ("invalid_request", "The response_type is missing.")
                : ("unsupported_response_type", "The response_type must be code.");
        }

        if (!client.MayUseGrant(GrantTypes.AuthorizationCode))
        {
            return ("unauthorized_client", "The client is not registered for the grant type authorization_code.");
        }

        if (Subject.FaultOfClientId(client.ClientId, options.Audience) is { } reserved)
        {
            return ("unauthorized_client", $"The client ID {reserved}.");
        }

        if (PkceErrorOf(parameters, client) is { } pkce)
        {
            return ("invalid_request", pkce);
        }

        if (parameters[AuthorizationParameters.Scope] is { } scope && OAuth.Scope.Parse(scope) is not { Length: <= OAuth.Scope.MaximumCount })
        {
            return ("invalid_scope", "The scope is not valid.");
        }

        if (scopes.FindForUser(client, user: null, parameters[AuthorizationParameters.Scope] is { } some ? OAuth.Scope.Parse(some) : null) is [])
        {
            return ("invalid_scope", "No requested scope exists and is allowed for this client.");
        }

        var prompt = PromptOf(parameters);

        return prompt.Any(value => !Prompts.Contains(value)) || (prompt.Contains("none") && prompt.Length > 1)
            ? ("invalid_request", "The prompt must be none, or some of login, consent and select_account.")
            : parameters[MaxAge] is not null && MaxAgeOf(parameters) is null
            ? ("invalid_request", "The max_age must be a whole number of seconds.")
            : parameters[Nonce]?.Length > MaximumNonceLength ? ("invalid_request", "The nonce is too long.")
            : null;
    }

    // RFC 7636 §4.4.1. Without a method, the challenge would be the verifier itself.
    private static string? PkceErrorOf(RequestParameters parameters, Client client) =>
        (parameters[CodeChallenge], parameters[CodeChallengeMethod]) switch
        {
            (null, null) => client.RequirePkce ? "The code_challenge is missing." : null,
            (null, _) => "The code_challenge is missing.",
            (_, not Pkce.Method) => "The code_challenge_method must be S256.",
            ({ } challenge, _) => Pkce.IsChallenge(challenge) ? null : "The code_challenge must be a SHA-256 in base64url.",
        };

    private static ImmutableArray<string> PromptOf(RequestParameters parameters) =>
        [.. (parameters[Prompt] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static TimeSpan? MaxAgeOf(RequestParameters parameters) =>
        int.TryParse(parameters[MaxAge], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
}
