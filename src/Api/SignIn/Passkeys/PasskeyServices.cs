using System.Diagnostics.CodeAnalysis;
using Api.Configuration;
using Api.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Api.SignIn.Passkeys;

internal static class PasskeyServices
{
    public static void AddPasskeys(this IServiceCollection services)
    {
        services.AddSingleton<CeremonyStore>();
        services.AddSingleton<PasskeyCeremonies>();
        services.AddSingleton<PasskeyRegistration>();
        services.AddSingleton(provider => CreateHandler(
            provider.GetRequiredService<UserStore>(), provider.GetRequiredService<AuthorizationServerOptions>()));
    }

    // The handler uses the user manager only to read users and passkeys, so it gets no validators and no hasher.
    [SuppressMessage("Reliability", "CA2000", Justification = "The handler uses the user manager as long as the app runs.")]
    private static PasskeyHandler<User> CreateHandler(UserStore users, AuthorizationServerOptions options) => new(
        new UserManager<User>(
            new PasskeyUserStore(users), null!, null!, [], [], null!, null!, null!, NullLogger<UserManager<User>>.Instance),
        Options.Create(OptionsOf(new(options.Issuer))));

    /// <summary>Passkeys belong to the host of the issuer, whatever host a request names.</summary>
    private static IdentityPasskeyOptions OptionsOf(Uri issuer)
    {
        var origin = issuer.GetLeftPart(UriPartial.Authority);

        return new()
        {
            ServerDomain = issuer.Host,
            AuthenticatorTimeout = CeremonyStore.Lifetime,
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            ValidateOrigin = context => ValueTask.FromResult(
                context is { CrossOrigin: false, TopOrigin: null or "" } && context.Origin == origin),
        };
    }
}
