using System.Text.Json.Nodes;

namespace Api.Foundation.Json;

/// <summary>JSON Merge Patch (RFC 7396 §2).</summary>
internal static class MergePatch
{
    /// <summary>Returns a patched copy: null removes a member, an object is merged, any other value replaces.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var result = target.DeepClone().AsObject();

        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                result.Remove(name);
            }
            else
            {
                result[name] = value is JsonObject change
                    ? Apply(result[name] as JsonObject ?? [], change)
                    : value.DeepClone();
            }
        }

        return result;
    }
}
