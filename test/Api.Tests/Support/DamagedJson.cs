using System.Text.Json.Nodes;

namespace Api.Tests.Support;

/// <summary>Ways to damage a JSON document.</summary>
internal static class DamagedJson
{
    private const string LoneSurrogate = "lone surrogate";

    /// <summary>A string that is longer than a key of a document store.</summary>
    public static string Long { get; } = $"\"{new string('a', 5000)}\"";

    /// <summary>Values for a member that has another type or meaning.</summary>
    public static string[] Values { get; } =
    [
        "null", "7", "-1", "1e400", "true", "[]", "[null]", "{}", "\"\"", "\"x\"", "\" \\u0000\\\"\"", $"\"{LoneSurrogate}\"",
        "\"0001-01-01T00:00:00+00:00\"", "\"9999-12-31T23:59:59.9999999+00:00\"", Long,
    ];

    /// <summary>The changes: other texts, a further member, and each member of this document removed or with one of the values.</summary>
    public static IEnumerable<Func<string, string>> Of(string json, string[] values)
    {
        foreach (var text in (string[])["", "{", "null", "[]", "7", "\"x\"", "{}", Long])
        {
            yield return _ => text;
        }

        if (json is not ['{', ..])
        {
            yield break;
        }

        yield return sound => Change(sound, members => members["more"] = 1);

        foreach (var name in JsonNode.Parse(json)!.AsObject().Select(member => member.Key).ToArray())
        {
            yield return sound => Change(sound, members => members.Remove(name));

            foreach (var value in values)
            {
                yield return sound => Change(sound, members => members[name] = JsonNode.Parse(value));
            }
        }
    }

    private static string Change(string json, Action<JsonObject> change)
    {
        var members = JsonNode.Parse(json)!.AsObject();
        change(members);

        return members.ToJsonString().Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal);
    }
}
