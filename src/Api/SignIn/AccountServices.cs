using System.Collections.Immutable;
using Api.Audit;
using Api.Configuration;
using Api.Sessions;
using Api.Sessions.Families;
using Api.SignIn.Authorization;
using Api.Users;

namespace Api.SignIn;

/// <summary>What the account page uses.</summary>
internal sealed record AccountServices(
    CurrentSession Current,
    SessionStore Sessions,
    TokenFamilyStore Families,
    UserStore Users,
    Consents Consents,
    AuthorizationServerOptions Options,
    AuditLog Audit,
    TimeProvider Time)
{
    /// <summary>The clients that the user is signed in to or has allowed, the last used first.</summary>
    public async Task<ImmutableArray<AccountApp>> ListAppsAsync(string sub, CancellationToken cancellation)
    {
        var apps = (await Consents.ListAsync(sub, cancellation)).Select(allowed => new AccountApp(
            allowed.ClientId, allowed.Consent.ClientName, allowed.Consent.Scope.Split(' '), allowed.Consent.GivenAt, LastUsedAt: null));
        var signedIn = (await Families.ListAsync(sub, cancellation)).Select(family => new AccountApp(
            family.ClientId, family.ClientName, family.Scopes, AllowedAt: null, family.LastUsedAt));

        return
        [
            .. apps.Concat(signedIn).GroupBy(app => app.ClientId, StringComparer.Ordinal).Select(same => new AccountApp(
                same.Key,
                same.Last().Name,
                [.. same.SelectMany(app => app.Scopes).Distinct(StringComparer.Ordinal)],
                same.Max(app => app.AllowedAt),
                same.Max(app => app.LastUsedAt))).OrderByDescending(app => app.LastUsedAt ?? app.AllowedAt),
        ];
    }
}
