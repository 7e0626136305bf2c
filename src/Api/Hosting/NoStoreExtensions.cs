namespace Api.Hosting;

internal static class NoStoreExtensions
{
    /// <summary>Prevents caching of a response that is meant for one caller (RFC 6749 §5.1, RFC 9111 §5.2.2.5).</summary>
    public static void NoStore(this HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
    }
}
