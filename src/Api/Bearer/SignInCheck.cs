using System.Security.Claims;
using Api.Clients;
using Api.Sessions.Families;
using Api.Users;

namespace Api.Bearer;

/// <summary>Checks what can end before an access token of a user expires: the user, the sign-in to the client, and the session.</summary>
internal sealed class SignInCheck(UserStore users, TokenFamilyStore families)
{
    /// <summary>The user of an access token, if all of it is still there; otherwise null.</summary>
    /// <param name="token">The claims of the access token.</param>
    /// <param name="client">The client of the access token.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<User?> FindUserAsync(ClaimsPrincipal token, Client client, CancellationToken cancellation)
    {
        var sub = token.FindFirst("sub")?.Value ?? "";

        return await users.FindAsync(sub, cancellation) is { Enabled: true } user
            && await families.FindLiveAsync(sub, token.FindFirst("grant_id")?.Value ?? "", cancellation) is { } family
            && family.BelongsTo(client)
                ? user
                : null;
    }
}
