using System.Collections.Immutable;
using Api.Foundation;
using Api.OAuth;

namespace Api.SignIn.Authorization;

/// <summary>The parameters of an authorization request that have a meaning here. Others are ignored.</summary>
internal static class AuthorizationParameters
{
    // RFC 6749 §4.1.1.
    public const string ResponseType = "response_type";
    public const string ClientId = "client_id";
    public const string RedirectUri = "redirect_uri";
    public const string Scope = "scope";
    public const string State = "state";

    // RFC 7636 §4.3.
    public const string CodeChallenge = "code_challenge";
    public const string CodeChallengeMethod = "code_challenge_method";

    // OpenID Connect Core 1.0 §3.1.2.1, §6, OAuth 2.0 Multiple Response Types §2.1.
    public const string ResponseMode = "response_mode";
    public const string Nonce = "nonce";
    public const string Prompt = "prompt";
    public const string MaxAge = "max_age";
    public const string LoginHint = "login_hint";
    public const string IdTokenHint = "id_token_hint";
    public const string Request = "request";
    public const string RequestUri = "request_uri";

    /// <summary>Of this server: the value of a <see cref="Authorization.SignInDemand"/>, when a browser returns from the sign-in page.</summary>
    public const string SignInDemand = "sign_in_demand";

    /// <summary>Of this server: what the consent page showed, when the user answers it.</summary>
    public const string ShownConsent = "shown_consent";

    public static readonly ImmutableArray<string> Names =
    [
        ResponseType, ClientId, RedirectUri, Scope, State, CodeChallenge, CodeChallengeMethod, ResponseMode, Nonce, Prompt, MaxAge, LoginHint,
        IdTokenHint, Request, RequestUri, SignInDemand, ShownConsent, Pages.Decision,
    ];

    /// <summary>The parameters of the client, without those of this server's pages.</summary>
    public static Dictionary<string, string> OfClient(RequestParameters parameters) =>
        parameters.Values.Where(parameter => parameter.Key is not (SignInDemand or ShownConsent or Pages.Decision)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The hash of the parameters of the client, which identifies the request.</summary>
    public static string HashOf(RequestParameters parameters) => OpaqueToken.Hash(
        AuthorizationAnswer.AddTo("", OfClient(parameters).OrderBy(parameter => parameter.Key, StringComparer.Ordinal)));
}
