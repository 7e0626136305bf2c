using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace Api.Bearer;

/// <summary>Requires a scope in the <c>scope</c> claim of the access token (RFC 9068 §2.2.3).</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public string Scope { get; } = scope;

    /// <summary>The scope that an endpoint with this metadata requires; null if it requires none.</summary>
    public static string? Of(IEnumerable<object> endpointMetadata) =>
        endpointMetadata.OfType<AuthorizationPolicy>()
            .SelectMany(policy => policy.Requirements)
            .OfType<ScopeRequirement>()
            .LastOrDefault()?.Scope;

    /// <summary>Whether the caller's access token has the scope.</summary>
    public static bool IsMetBy(ClaimsPrincipal caller, string scope) =>
        caller.FindFirst("scope")?.Value.Split(' ').Contains(scope, StringComparer.Ordinal) is true;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (IsMetBy(context.User, requirement.Scope))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}

internal static class ScopeRequirementExtensions
{
    /// <summary>Protects a route or a group with a scope: 401 without a valid token, 403 without the scope.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireToken().AddRequirements(new ScopeRequirement(scope)));
}
