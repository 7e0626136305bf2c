using System.Collections.Immutable;
using System.Text.Json;

namespace Api.Clients;

/// <summary>The keys of a client that are of use here, or why they cannot be had.</summary>
internal sealed record ClientKeySet(ImmutableArray<ClientKey> Keys, string? Fault = null)
{
    // Of which most may be for something else.
    private const int MaximumListed = 100;

    public static ClientKeySet Refused(string fault) => new([], $"The key set at the client's jwks_uri {fault}.");

    /// <summary>Reads a JWK Set (RFC 7517 §5); keys in it that are for something else are left out.</summary>
    public static ClientKeySet Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var set = JsonElement.Parse(json, new() { AllowDuplicateProperties = false, MaxDepth = 8 });

            return set.ValueKind is JsonValueKind.Object
                && set.TryGetProperty("keys", out var keys)
                && keys.ValueKind is JsonValueKind.Array
                && keys.GetArrayLength() <= MaximumListed
                && keys.EnumerateArray().All(key => key.ValueKind is JsonValueKind.Object)
                    ? Parse(keys)
                    : Refused($"is no JWK Set of at most {MaximumListed} keys");
        }
        // InvalidOperationException: a string that is no UTF-8 or half a surrogate pair.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Refused("is no JSON in UTF-8 whose members differ in name");
        }
    }

    public bool Has(string kid) => Keys.Any(key => key.Kid == kid);

    private static ClientKeySet Parse(JsonElement keys)
    {
        // Whoever publishes one private key has others by mistake, and everybody can sign with it.
        if (keys.EnumerateArray().Any(key => ClientKey.PrivateMemberOf(key) is not null))
        {
            return Refused("has a private or symmetric key");
        }

        ImmutableArray<ClientKey> usable = [.. keys.EnumerateArray().Select(ParseUsable).OfType<ClientKey>()];

        return usable.Length switch
        {
            0 => Refused("has no key that this server can use"),
            > Client.MaximumKeys => Refused($"has more than {Client.MaximumKeys} keys that this server could use"),
            _ => new(usable),
        };
    }

    private static ClientKey? ParseUsable(JsonElement jwk)
    {
        try
        {
            return ClientKey.Parse(jwk);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
