using System.Collections.Immutable;

namespace Api.Hosting;

/// <summary>
/// Describes the body of an endpoint that reads it itself. (<c>Accepts</c> would also route by it, and a body of another type
/// would be answered by the router, in another shape than the endpoint's.)
/// </summary>
internal sealed record DescribedBody(Type Type, ImmutableArray<string> ContentTypes, bool IsRequired = true)
{
    /// <summary>JSON that works as it is, for whoever tries the endpoint out.</summary>
    public string? Example { get; init; }
}

/// <summary>Describes a request header of an endpoint that reads it itself.</summary>
internal sealed record DescribedHeader(string Name, string Description);
