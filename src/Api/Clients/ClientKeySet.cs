using System.Collections.Immutable;
using System.Text.Json;

namespace Api.Clients;

/// <summary>The usable keys at a client's <c>jwks_uri</c>, or the reason why there are none.</summary>
internal sealed record ClientKeySet(ImmutableArray<ClientKey> Keys, string? Fault = null)
{
    // A key set can list many keys for other purposes.
    private const int MaximumListed = 100;

    public static ClientKeySet Refused(string fault) => new([], $"The key set at the client's jwks_uri {fault}.");

    /// <summary>Parses a JWK Set (RFC 7517 §5). Keys for other purposes are ignored.</summary>
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
                    : Refused($"is not a JWK Set of at most {MaximumListed} keys");
        }
        // InvalidOperationException: a string is not valid UTF-8 or has a lone surrogate.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Refused("is not JSON in UTF-8 with unique member names");
        }
    }

    public bool Has(string kid) => Keys.Any(key => key.Kid == kid);

    private static ClientKeySet Parse(JsonElement keys)
    {
        // Reject the whole set: if one private key was published by mistake, others may be public too, and anyone can sign with
        // them.
        if (keys.EnumerateArray().Any(key => ClientKey.PrivateMemberOf(key) is not null))
        {
            return Refused("contains a private or symmetric key");
        }

        ImmutableArray<ClientKey> usable = [.. keys.EnumerateArray().Select(ParseUsable).OfType<ClientKey>()];

        return usable.Length switch
        {
            0 => Refused("has no key that this server can use"),
            > Client.MaximumKeys => Refused($"has more than {Client.MaximumKeys} keys that this server can use"),
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
