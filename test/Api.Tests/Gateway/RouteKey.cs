namespace Api.Tests.Gateway;

/// <summary>
/// A route of an HTTP API: <c>METHOD /path</c>, with ANY for every method and <c>{proxy+}</c> for the rest of a path. Case-sensitive.
/// </summary>
internal sealed record RouteKey(string Method, string Path)
{
    private const string Greedy = "/{proxy+}";

    public static RouteKey Parse(string text) => text.Split(' ') is [var method, var path]
        ? new(method, path)
        : throw new FormatException($"The emulator knows no route key like '{text}'.");

    /// <summary>The priority of the route for a request, or null. A full path precedes {proxy+}, and a method precedes ANY.</summary>
    public int? Fit(string method, string path)
    {
        if (Method != "ANY" && Method != method)
        {
            return null;
        }

        var isGreedy = Path.EndsWith(Greedy, StringComparison.Ordinal);
        var start = isGreedy ? Path[..^(Greedy.Length - 1)] : Path;
        var matches = isGreedy ? path.StartsWith(start, StringComparison.Ordinal) && path.Length > start.Length : path == start;

        return matches ? (start.Length * 4) + (isGreedy ? 0 : 2) + (Method == "ANY" ? 0 : 1) : null;
    }
}
