using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Api.Tests.Support.LongestFirst", "Api.Tests")]

namespace Api.Tests.Support;

/// <summary>Starts the longest collections first, so that the others run beside them and not before them.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest = [GatewayCollection.Name, MotoCollection.Name];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(collection => Longest.Contains(collection.DisplayName));
}
