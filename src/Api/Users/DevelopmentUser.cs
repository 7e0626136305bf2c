using Api.Configuration;
using Api.OAuth;

namespace Api.Users;

/// <summary>The user that the first start in development creates, so that a developer can sign in at once.</summary>
internal sealed class DevelopmentUser(UserStore store, EnrollmentLinks links, AuthorizationServerOptions options, TimeProvider time)
{
    public const string UserName = "developer";

    /// <summary>Creates the user if the store has no users. Returns the URL of a one-time link, or null if the user was not created.</summary>
    public async Task<string?> CreateAsync(CancellationToken cancellation)
    {
        if (await store.ListAsync(after: null, limit: 1, cancellation) is not [])
        {
            return null;
        }

        var now = time.GetUtcNow();
        var user = new User
        {
            Sub = User.NewSub(),
            UserName = UserName,
            Scopes = Scope.Parse(options.Scopes)!.Value,
            CreatedAt = now,
            UpdatedAt = now,
        };

        return await store.AddAsync(user, cancellation)
            ? options.Issuer + EnrollmentLinks.Path + await links.CreateAsync(user.Sub, cancellation)
            : null;
    }
}
