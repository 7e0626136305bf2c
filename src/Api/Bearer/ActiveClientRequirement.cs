using Api.Clients;
using Api.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Api.Bearer;

/// <summary>
/// Requires that the client of the access token is still registered and enabled, and still has a scope. For a token of a user, the same
/// holds for the user, and the sign-in to the client must not have ended.
/// </summary>
internal sealed record ActiveClientRequirement(string Scope) : IAuthorizationRequirement;

/// <summary>Reads the client through the cache. A change on another instance is noticed within <see cref="ClientCache.Age"/>.</summary>
/// <exception cref="StorageException">The user, or a client that is not in the cache, cannot be read.</exception>
internal sealed class ActiveClientHandler(Func<ClientDirectory> clients, Func<SignInCheck> signIns) : AuthorizationHandler<ActiveClientRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, ActiveClientRequirement requirement)
    {
        // Without the scope in the token, the request is refused without reading the client.
        if (!ScopeRequirement.IsMetBy(context.User, requirement.Scope))
        {
            return;
        }

        var cancellation = (context.Resource as HttpContext)?.RequestAborted ?? CancellationToken.None;
        var client = await clients().FindAsync(context.User.FindFirst("client_id")?.Value ?? "", cancellation);

        if (client is not { Enabled: true })
        {
            context.Fail(new InactiveClientReason(this, InactiveClientReason.OfClient));

            return;
        }

        var hasScope = client.Scopes.Contains(requirement.Scope, StringComparer.Ordinal);
        var sub = context.User.FindFirst("sub")?.Value ?? "";

        // A client gets tokens with its own ID as sub.
        if (sub != client.ClientId)
        {
            if (await signIns().FindUserAsync(context.User, client, cancellation) is not { } user)
            {
                context.Fail(new InactiveClientReason(this, InactiveClientReason.OfUser));

                return;
            }

            hasScope = hasScope && user.Scopes.Contains(requirement.Scope, StringComparer.Ordinal);
        }

        if (hasScope)
        {
            context.Succeed(requirement);
        }
    }
}

/// <summary>The client or the user of the access token is removed or disabled, or the sign-in has ended.</summary>
internal sealed class InactiveClientReason(IAuthorizationHandler handler, string description) : AuthorizationFailureReason(handler, description)
{
    public const string OfClient = "The client of the access token is removed or disabled.";

    public const string OfUser = "The user of the access token is removed or disabled, or the sign-in has ended.";
}

/// <summary>Refuses the token of a removed or disabled client like a revoked token: 401 invalid_token (RFC 6750 §3.1).</summary>
internal sealed class AuthorizationResultHandler : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _others = new();

    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.AuthorizationFailure?.FailureReasons.OfType<InactiveClientReason>().FirstOrDefault() is not { } reason)
        {
            return _others.HandleAsync(next, context, policy, authorizeResult);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate =
            $"{BearerAuthentication.Challenge}, error=\"invalid_token\", error_description=\"{reason.Message}\"";

        return Task.CompletedTask;
    }
}

internal static class ActiveClientExtensions
{
    /// <summary>Protects a route or a group: 401 if the client of the token is removed or disabled, 403 if it lacks the scope.</summary>
    public static TBuilder RequireActiveClient<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireToken().AddRequirements(new ActiveClientRequirement(scope)));
}
