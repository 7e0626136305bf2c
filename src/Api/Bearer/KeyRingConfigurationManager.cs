using Api.Keys;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Api.Bearer;

/// <summary>Gives the bearer handler the published keys from memory, where it would fetch them over HTTP from another issuer.</summary>
internal sealed class KeyRingConfigurationManager(KeyRingCache keys, TimeProvider time) : IConfigurationManager<OpenIdConnectConfiguration>
{
    private readonly KeySetCache<OpenIdConnectConfiguration> _configuration = new(keys, time, published =>
    {
        var configuration = new OpenIdConnectConfiguration();

        foreach (var key in published)
        {
            configuration.SigningKeys.Add(key.PublicKey);
        }

        return configuration;
    });

    public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) => _configuration.GetAsync(cancel).AsTask();

    /// <summary>A token whose key is not known may be of a newer one: looks for that, and checks the token again in the same request.</summary>
    public async Task RetryAsync(AuthenticationFailedContext context)
    {
        var cancellation = context.HttpContext.RequestAborted;

        if (context.Exception is not SecurityTokenSignatureKeyNotFoundException || !await keys.ReloadEarlyAsync(cancellation))
        {
            return;
        }

        var parameters = context.Options.TokenValidationParameters.Clone();
        parameters.IssuerSigningKeys = (await GetConfigurationAsync(cancellation)).SigningKeys;
        var token = context.Request.Headers.Authorization.ToString()[JwtBearerDefaults.AuthenticationScheme.Length..].Trim();
        var result = await context.Options.TokenHandlers[0].ValidateTokenAsync(token, parameters);

        if (result.IsValid)
        {
            context.Principal = new(result.ClaimsIdentity);
            context.Success();
        }
    }

    // The handler asks for this after a failed check; by then the ring has been loaded again.
    public void RequestRefresh()
    {
    }
}
