using Api.Clients;
using Api.OAuth;

namespace Api.Tokens.Grants;

/// <summary>A grant of the token endpoint (RFC 6749 §1.3). The client is authenticated, enabled and allowed to use it.</summary>
internal interface IGrant
{
    /// <summary>The tokens, or the error.</summary>
    ValueTask<(IssuedToken? Token, OAuthError? Error)> HandleAsync(
        Client client, RequestParameters parameters, CancellationToken cancellation);
}

/// <summary>A supported grant type. The grant itself is built when it is first used.</summary>
internal sealed record GrantType(string Name, Func<IServiceProvider, IGrant> Create);
