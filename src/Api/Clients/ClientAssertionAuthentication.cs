using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Api.Configuration;
using Api.OAuth;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>
/// Authenticates clients by <c>client_assertion</c> (RFC 7521 §4.2, RFC 7523 §3): a JWT that is signed with a key of the client and used
/// once.
/// </summary>
internal sealed class ClientAssertionAuthentication(
    ClientDirectory clients, ClientKeySets keySets, IClientStore store, AuthorizationServerOptions server, TimeProvider time)
{
    // An expired assertion is valid again if the clock is set back.
    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(1);

    // Keys that no client has. A check with them takes as long as a check with a real key.
    private static readonly Lazy<SecurityKey> UnknownRsaKey = new(() => new RsaSecurityKey(
        new RSAParameters { Modulus = [0xff, .. RandomNumberGenerator.GetBytes(254), 0xff], Exponent = [1, 0, 1] }));

    private static readonly Lazy<SecurityKey> UnknownEcKey = new(() => new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    private readonly JsonWebTokenHandler _handler = new();

    /// <summary>The client, enabled or not, or the error, whose reason is only logged.</summary>
    public async ValueTask<(Client? Client, OAuthError? Error)> AuthenticateAsync(
        ClientAssertion assertion, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        if (assertion.FindFault(server, now) is { } fault)
        {
            return Refuse(fault);
        }

        var client = await clients.FindAsync(assertion.ClientId, cancellation);
        var mayUse = client?.MayUse(AuthenticationMethods.PrivateKeyJwt) is true;
        var set = mayUse ? await keySets.FindAsync(client!, assertion.KeyId, cancellation) : new([]);
        ImmutableArray<SecurityKey> keys = [.. set.Keys.Where(key => IsFor(assertion, key)).Select(key => key.PublicKey)];
        // A client that is unknown or has no key costs the same work, so that the response time does not reveal which clients exist.
        var isSigned = await VerifyAsync(assertion, keys is [] ? [UnknownKey(assertion.Algorithm)] : keys, now);

        if (client is null)
        {
            return Refuse("The client is unknown.");
        }

        if (!mayUse)
        {
            return Refuse("The client may not authenticate with private_key_jwt.");
        }

        if (keys is [])
        {
            return Refuse(set.Fault ?? "The client has no key for the alg and kid of the assertion.");
        }

        if (!isSigned)
        {
            return Refuse("The signature of the assertion was not made with a key of the client.");
        }

        // After the check of the signature: otherwise, anyone could use up the identifiers of others and fill the store.
        return await store.TryConsumeJtiAsync(IdentifierOf(assertion), assertion.EndsAt + KeptAfterEnd, cancellation)
            ? (client, null)
            : Refuse("The assertion has been used before.");
    }

    private static (Client?, OAuthError?) Refuse(string reason) => (null, OAuthError.InvalidClient(reason));

    private static bool IsFor(ClientAssertion assertion, ClientKey key) =>
        key.Algorithms.Contains(assertion.Algorithm) && (assertion.KeyId is null || key.Kid is null || key.Kid == assertion.KeyId);

    private static SecurityKey UnknownKey(string algorithm) =>
        algorithm is SecurityAlgorithms.EcdsaSha256 ? UnknownEcKey.Value : UnknownRsaKey.Value;

    // A hash has the same length for every jti. Two clients never share one, because no client id contains a line break.
    private static string IdentifierOf(ClientAssertion assertion) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($"{assertion.ClientId}\n{assertion.TokenId}")));

    private async Task<bool> VerifyAsync(ClientAssertion assertion, ImmutableArray<SecurityKey> keys, DateTimeOffset now)
    {
        var result = await _handler.ValidateTokenAsync(assertion.Jwt, new()
        {
            ValidAlgorithms = [assertion.Algorithm],
            // The library would try only the first key with the kid.
            IssuerSigningKeyResolver = (_, _, _, _) => keys,
            TryAllIssuerSigningKeys = true,
            ValidIssuer = assertion.ClientId,
            ValidAudience = assertion.Audience,
            LifetimeValidator = (_, expires, _, _) => expires > (now - ClientAssertion.ClockSkew).UtcDateTime,
        });

        return result.IsValid;
    }
}
