using Api.Audit;
using Api.Users;

namespace Api.SignIn.Passkeys;

/// <summary>Adds passkeys to users: with a one-time link, or on the account page.</summary>
internal sealed class PasskeyRegistration(PasskeyCeremonies ceremonies, UserStore users, AuditLog audit)
{
    private const string Added = "added";

    public async Task<IResult> BeginAsync(HttpContext http, User user, CeremonyPurpose purpose) =>
        (await users.ListPasskeysAsync(user.Sub, http.RequestAborted)).Length < User.MaximumPasskeys
            ? PasskeyResults.Options(http, await ceremonies.BeginRegistrationAsync(http, user, purpose))
            : PasskeyResults.TooManyPasskeys;

    /// <summary>Verifies the answer of the browser and stores the passkey.</summary>
    /// <param name="http">The request.</param>
    /// <param name="purpose">The purpose that the ceremony began with.</param>
    /// <param name="mayStore">Decides after the answer was verified. If it returns false, the passkey is not stored.</param>
    public async Task<(Passkey? Passkey, IResult? Problem)> CompleteAsync(HttpContext http, CeremonyPurpose purpose, Func<Task<bool>> mayStore)
    {
        var sub = purpose.Sub!;

        if (await PasskeyAnswer.ReadAsync(http.Request) is not { } answer
            || await ceremonies.RegisterAsync(http, purpose, answer) is not { } passkey)
        {
            return (null, PasskeyResults.Refused);
        }

        if ((await users.ListPasskeysAsync(sub, http.RequestAborted)).Length >= User.MaximumPasskeys)
        {
            return (null, PasskeyResults.TooManyPasskeys);
        }

        audit.PasskeyChangeIntended(http, sub, Added, passkey.Name);

        if (!await mayStore())
        {
            audit.PasskeyChanged(http, sub, Added + AuditLog.NotMade, passkey.Name);

            return (null, PasskeyResults.LinkRefused);
        }

        // A request that is cancelled now does not leave the change half made.
        if (!await users.AddPasskeyAsync(sub, passkey, CancellationToken.None))
        {
            audit.PasskeyChanged(http, sub, Added + AuditLog.NotMade, passkey.Name);

            return (null, PasskeyResults.Refused);
        }

        audit.PasskeyChanged(http, sub, Added, passkey.Name);

        return (passkey, null);
    }
}
