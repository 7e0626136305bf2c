using System.Collections.Immutable;
using Api.Clients;
using Api.SignIn.IdTokens;

namespace Api.SignIn.Authorization;

/// <summary>A valid authorization request (RFC 6749 §4.1.1, OpenID Connect Core 1.0 §3.1.2.1).</summary>
internal sealed record AuthorizationRequest(Client Client, AuthorizationAnswer Answer)
{
    /// <summary>The requested scopes; null: the request names none.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    /// <summary>The SHA-256 of the code verifier, in base64url; null: the client does not use PKCE.</summary>
    public string? CodeChallenge { get; init; }

    public string? Nonce { get; init; }

    public ImmutableArray<string> Prompt { get; init; } = [];

    /// <summary>How old the sign-in may be; null: as old as the session.</summary>
    public TimeSpan? MaxAge { get; init; }

    public string? LoginHint { get; init; }

    /// <summary>Whether the client says who it expects.</summary>
    public bool HasHint { get; init; }

    /// <summary>The ID token that says it; null: there is none, or it is not one of this server for this client.</summary>
    public IdTokenHint? Hint { get; init; }

    /// <summary>The demand for which the browser was sent to the sign-in page, with its version; null: it was not sent there.</summary>
    public (SignInDemand Demand, string Version)? Demand { get; init; }
}
