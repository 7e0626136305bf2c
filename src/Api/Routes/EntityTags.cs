namespace Api.Routes;

/// <summary>Entity tags (RFC 9110 §8.8.3): the versions of stored documents.</summary>
internal static class EntityTags
{
    public static void SetETag(this HttpResponse response, string version) => response.Headers.ETag = $"\"{version}\"";

    /// <summary>
    /// The versions in If-Match, or null for any version. A weak or foreign ETag matches nothing (RFC 9110 §13.1.1).
    /// </summary>
    public static IReadOnlyCollection<string>? VersionsOf(HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;

        return header.Count is 0 || header is ["*"]
            ? null
            : [.. http.Request.GetTypedHeaders().IfMatch.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString().Trim('"'))];
    }
}
