using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Foundation.Json;

namespace Api.Administration;

/// <summary>Reads the members of a JSON document that an administrator sends and collects the errors by member.</summary>
/// <param name="kind">What has the members, for error messages.</param>
/// <param name="id">The member that identifies it, which cannot be changed.</param>
internal sealed class MetadataMembers(string kind, string id)
{
    // Limits the response to an invalid request, so that it is not longer than the request.
    private const int MaximumUnknown = 10;
    private const int MaximumQuoted = 50;

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unlisted = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string[]> Errors => _errors;

    /// <summary>The number of unknown members that <see cref="Errors"/> omits.</summary>
    public int UnlistedErrors => _unlisted.Count;

    // A patched member is validated before and after the patch is applied, so the same error can occur twice.
    public void Add(string member, string error) =>
        _errors[member] = [.. _errors.GetValueOrDefault(member, []).Union([$"{member} {error}."])];

    /// <summary>Adds an error unless the member has one.</summary>
    public string Missing(string member, string error = "is missing")
    {
        if (!_errors.ContainsKey(member))
        {
            Add(member, error);
        }

        return "";
    }

    public void RefuseUnknown(JsonObject members, ImmutableArray<string> known)
    {
        foreach (var (name, _) in members.Where(member => !known.Contains(member.Key)))
        {
            var shown = Quoted(name);

            if (_errors.Count >= MaximumUnknown && !_errors.ContainsKey(shown))
            {
                _unlisted.Add(name);

                continue;
            }

            Add(
                shown,
                name == id ? $"cannot be changed. Register another {kind} instead"
                : name is "secrets" or "passkeys" or "created_at" or "updated_at" or "version" or "client_secret" ? "is set by the server"
                : $"is unknown. The members of a {kind} are {string.Join(", ", known)}");
        }
    }

    public string? Text(JsonObject members, string name, Func<string, bool> isValid, string rule)
    {
        switch (members[name])
        {
            case null:
                return null;
            case JsonValue value when value.TryGetValue(out string? text):
                if (!isValid(text))
                {
                    Add(name, rule);
                }

                return text;
            default:
                Add(name, "must be a string");

                return null;
        }
    }

    public bool Flag(JsonObject members, string name, bool absent)
    {
        switch (members[name]?.GetValueKind())
        {
            case null:
                return absent;
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                Add(name, "must be true or false");

                return absent;
        }
    }

    /// <param name="members">The metadata.</param>
    /// <param name="name">The member to read.</param>
    /// <param name="shortest">The minimum.</param>
    /// <param name="longest">The maximum.</param>
    /// <param name="current">The current value, which is valid even if it is outside these limits.</param>
    public TimeSpan? Seconds(JsonObject members, string name, TimeSpan shortest, TimeSpan longest, TimeSpan? current = null)
    {
        if (current is not null && members[name] is JsonValue value && value.TryGetValue(out int seconds)
            && seconds == current.Value.TotalSeconds)
        {
            return current;
        }

        if (WholeSeconds.Read(members[name], shortest, longest, out var time) is { } error)
        {
            Add(name, error);
        }

        return time;
    }

    public static string Quoted(string text) => text.Length <= MaximumQuoted ? text : text[..MaximumQuoted] + "…";
}
