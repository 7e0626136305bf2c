using System.Runtime.ExceptionServices;
using Api.Audit;
using Api.Foundation;
using Api.Foundation.Json;
using Api.Storage;
using Api.Users;
using Microsoft.AspNetCore.Identity;

namespace Api.SignIn.Passkeys;

/// <summary>
/// The two ceremonies of passkeys: registration and authentication (Web Authentication Level 3 §7). The framework's handler verifies the
/// answers.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class PasskeyCeremonies(
    PasskeyHandler<User> handler, CeremonyStore ceremonies, UserStore users, AuditLog audit, TimeProvider time)
{
    private const string Unknown = "The ceremony is unknown, used or expired, or of another browser or purpose.";

    // A change fails only if the same passkey was used or renamed at the same time.
    private const int MaximumAttempts = 5;

    // Web Authentication Level 3 §5.8.4. The browser sends them, so others are not stored.
    private static readonly string[] Transports = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

    /// <summary>Begins a registration and returns the options for the browser, as JSON.</summary>
    public async Task<byte[]> BeginRegistrationAsync(HttpContext http, User user, CeremonyPurpose purpose)
    {
        var entity = new PasskeyUserEntity { Id = user.Sub, Name = user.UserName, DisplayName = user.Name ?? user.UserName };
        var options = await handler.MakeCreationOptionsAsync(entity, http);

        return Write(await ceremonies.BeginAsync(http, purpose, options.AttestationState!), options.CreationOptionsJson);
    }

    /// <summary>The new passkey, which is not stored yet; null if the answer is refused.</summary>
    public async Task<Passkey?> RegisterAsync(HttpContext http, CeremonyPurpose purpose, PasskeyAnswer answer)
    {
        if (await ceremonies.UseAsync(http, purpose, answer.Ceremony) is not { } state)
        {
            audit.PasskeyRefused(http, purpose.Sub, Unknown);

            return null;
        }

        var result = await handler.PerformAttestationAsync(
            new() { HttpContext = http, CredentialJson = answer.Credential, AttestationState = state });

        if (!result.Succeeded)
        {
            ThrowOutage(result.Failure);
            audit.PasskeyRefused(http, purpose.Sub, result.Failure.Message);

            return null;
        }

        return new()
        {
            CredentialId = [.. result.Passkey.CredentialId],
            PublicKey = [.. result.Passkey.PublicKey],
            Name = BrowserName.Of(http.Request.Headers.UserAgent),
            CreatedAt = time.GetUtcNow(),
            SignCount = result.Passkey.SignCount,
            Transports = [.. Transports.Intersect(result.Passkey.Transports ?? [])],
            IsBackupEligible = result.Passkey.IsBackupEligible,
            IsBackedUp = result.Passkey.IsBackedUp,
        };
    }

    /// <summary>Begins an authentication and returns the options for the browser, as JSON. They name no passkey and no user.</summary>
    public async Task<byte[]> BeginSignInAsync(HttpContext http)
    {
        var options = await handler.MakeRequestOptionsAsync(user: null, http);

        return Write(await ceremonies.BeginAsync(http, CeremonyPurpose.SignIn, options.AssertionState!), options.RequestOptionsJson);
    }

    /// <summary>The user and the passkey that was used; null if the answer is refused. The response must not depend on the reason.</summary>
    public async Task<(User User, Passkey Passkey)?> SignInAsync(HttpContext http, PasskeyAnswer answer)
    {
        if (await ceremonies.UseAsync(http, CeremonyPurpose.SignIn, answer.Ceremony) is not { } state)
        {
            audit.PasskeyRefused(http, sub: null, Unknown);

            return null;
        }

        var result = await handler.PerformAssertionAsync(
            new() { HttpContext = http, CredentialJson = answer.Credential, AssertionState = state });

        if (!result.Succeeded)
        {
            ThrowOutage(result.Failure);
            audit.PasskeyRefused(http, sub: null, result.Failure.Message);

            return null;
        }

        if (!result.User.Enabled)
        {
            audit.PasskeyRefused(http, result.User.Sub, "The user is disabled.");

            return null;
        }

        if (await RecordUseAsync(result.User, result.Passkey, http.RequestAborted) is not { } passkey)
        {
            audit.PasskeyRefused(http, result.User.Sub, "The passkey was removed, or another sign-in has used its signature counter.");

            return null;
        }

        return (result.User, passkey);
    }

    // The counter is compared again with each stored state, so that of two sign-ins at the same time none sets it back (§6.1.1).
    private async Task<Passkey?> RecordUseAsync(User user, UserPasskeyInfo used, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            if (await users.FindPasskeyAsync(used.CredentialId, cancellation) is not { } found
                || found.Sub != user.Sub
                || ((used.SignCount, found.Passkey.SignCount) is not (0, 0) && used.SignCount <= found.Passkey.SignCount))
            {
                return null;
            }

            var after = found.Passkey with
            {
                LastUsed = time.GetUtcNow(),
                SignCount = used.SignCount,
                IsBackedUp = used.IsBackedUp,
                Version = Document.NewVersion(),
            };

            if (await users.ChangePasskeyAsync(user.Sub, found.Passkey, after, CancellationToken.None))
            {
                return after;
            }
        }

        return null;
    }

    // The handler catches all exceptions. An outage is not a wrong passkey.
    private static void ThrowOutage(PasskeyException failure)
    {
        if (failure.InnerException is UnavailableException or OperationCanceledException)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException);
        }
    }

    private static byte[] Write(string ceremony, string options) => Utf8Json.WriteObject(json =>
    {
        json.WriteString("ceremony", ceremony);
        json.WritePropertyName("options");
        json.WriteRawValue(options);
    });
}
