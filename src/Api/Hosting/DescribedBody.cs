using System.Collections.Immutable;

namespace Api.Hosting;

/// <summary>
/// Describes the body of an endpoint that reads the body itself. <c>Accepts</c> is not used, because it also affects routing: the
/// router would reject another content type with its own response instead of the endpoint's.
/// </summary>
internal sealed record DescribedBody(Type Type, ImmutableArray<string> ContentTypes, bool IsRequired = true)
{
    /// <summary>A JSON example that the endpoint accepts.</summary>
    public string? Example { get; init; }
}

/// <summary>Describes a request header that the endpoint reads itself.</summary>
internal sealed record DescribedHeader(string Name, string Description);
