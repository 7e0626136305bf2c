using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Api.Configuration;
using Api.OAuth;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>Authenticates clients by assertions (RFC 7521 §4.2, RFC 7523 §3): signed with a key of the client's, and used once.</summary>
internal sealed class AssertionAuthentication(
    ClientDirectory clients, ClientKeySets keySets, ClientStore store, AuthorizationServerOptions server, TimeProvider time)
{
    // An assertion that has expired becomes good again where a clock is set back.
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(1);

    // Numbers that nobody has made a key of: all that matters is that it takes as long to check with them.
    private static readonly Lazy<SecurityKey> NobodysRsaKey = new(() => new RsaSecurityKey(
        new RSAParameters { Modulus = [0xff, .. RandomNumberGenerator.GetBytes(254), 0xff], Exponent = [1, 0, 1] }));

    private static readonly Lazy<SecurityKey> NobodysEcKey = new(() => new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    private readonly JsonWebTokenHandler _handler = new();

    /// <summary>The client, enabled or not; or what is wrong, for the log alone.</summary>
    public async ValueTask<(Client? Client, string? Fault)> AuthenticateAsync(
        ClientAssertion assertion, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        if (assertion.FindFault(server, now) is { } fault)
        {
            return (null, fault);
        }

        var client = await clients.FindAsync(assertion.ClientId, cancellation);
        var mayUse = client?.MayUse(AuthenticationMethods.PrivateKeyJwt) is true;
        var set = mayUse ? await keySets.FindAsync(client!, assertion.KeyId, cancellation) : new([]);
        ImmutableArray<SecurityKey> keys = [.. set.Keys.Where(key => IsFor(assertion, key)).Select(key => key.PublicKey)];
        // The same work where there is no key, so that the time it takes tells nobody which clients exist.
        var isSigned = await VerifyAsync(assertion, keys is [] ? [NobodysKey(assertion.Algorithm)] : keys, now);

        if (client is null || !mayUse || keys is [] || !isSigned)
        {
            return (null, client is null ? "The client is unknown."
                : !mayUse ? "The client may not authenticate with private_key_jwt."
                : set.Fault ?? (keys is [] ? "The client has no key for the alg and kid of the assertion."
                    : "The signature of the assertion is that of no key of the client."));
        }

        // Not before the signature is known to be good, or everybody could use up identifiers of others and fill the store.
        return await store.TryConsumeJtiAsync(IdentifierOf(assertion), assertion.EndsAt + KeptAfterEnd, cancellation)
            ? (client, null)
            : (null, "The assertion has been used before.");
    }

    private static bool IsFor(ClientAssertion assertion, ClientKey key) =>
        key.Algorithms.Contains(assertion.Algorithm) && (assertion.KeyId is null || key.Kid is null || key.Kid == assertion.KeyId);

    private static SecurityKey NobodysKey(string algorithm) =>
        algorithm is SecurityAlgorithms.EcdsaSha256 ? NobodysEcKey.Value : NobodysRsaKey.Value;

    // As long for every jti, and never that of another client: no id has a line break.
    private static string IdentifierOf(ClientAssertion assertion) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($"{assertion.ClientId}\n{assertion.TokenId}")));

    private async Task<bool> VerifyAsync(ClientAssertion assertion, ImmutableArray<SecurityKey> keys, DateTimeOffset now)
    {
        var result = await _handler.ValidateTokenAsync(assertion.Jwt, new()
        {
            ValidAlgorithms = [assertion.Algorithm],
            // Chosen above; the library's own choice would be the first with the kid.
            IssuerSigningKeyResolver = (_, _, _, _) => keys,
            TryAllIssuerSigningKeys = true,
            ValidIssuer = assertion.ClientId,
            ValidAudience = assertion.Audience,
            LifetimeValidator = (_, expires, _, _) => expires > (now - ClientAssertion.ClockSkew).UtcDateTime,
        });

        return result.IsValid;
    }
}
