using Api.Clients;
using Api.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Api.Bearer;

/// <summary>Requires that the client of the access token is still registered and enabled, and still has a scope.</summary>
internal sealed record ActiveClientRequirement(string Scope) : IAuthorizationRequirement;

/// <summary>Reads the client through the cache. A change on another instance is noticed within <see cref="ClientCache.Age"/>.</summary>
/// <exception cref="StorageException">The client is not in the cache, and the client store is unavailable.</exception>
internal sealed class ActiveClientHandler(Func<ClientDirectory> clients) : AuthorizationHandler<ActiveClientRequirement>
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
            context.Fail(new InactiveClientReason(this));
        }
        else if (client.Scopes.Contains(requirement.Scope, StringComparer.Ordinal))
        {
            context.Succeed(requirement);
        }
    }
}

/// <summary>The client of the access token is removed or disabled.</summary>
internal sealed class InactiveClientReason(IAuthorizationHandler handler) : AuthorizationFailureReason(handler, Description)
{
    public const string Description = "The client of the access token is removed or disabled.";
}

/// <summary>Refuses the token of a removed or disabled client like a revoked token: 401 invalid_token (RFC 6750 §3.1).</summary>
internal sealed class AuthorizationResultHandler : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _others = new();

    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.AuthorizationFailure?.FailureReasons.OfType<InactiveClientReason>().Any() is not true)
        {
            return _others.HandleAsync(next, context, policy, authorizeResult);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate =
            $"{BearerAuthentication.Challenge}, error=\"invalid_token\", error_description=\"{InactiveClientReason.Description}\"";

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
