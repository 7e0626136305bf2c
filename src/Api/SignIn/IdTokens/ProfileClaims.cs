using System.Text.Json;
using Api.OAuth;
using Api.Users;

namespace Api.SignIn.IdTokens;

/// <summary>The claims about a user that the scopes ask for (OpenID Connect Core 1.0 §5.4).</summary>
internal static class ProfileClaims
{
    public static void Write(Utf8JsonWriter json, User user, IReadOnlyCollection<string> scopes)
    {
        if (scopes.Contains(Scope.Profile))
        {
            json.WriteString("preferred_username"u8, user.UserName);

            if (user.Name is not null)
            {
                json.WriteString("name"u8, user.Name);
            }
        }

        if (scopes.Contains(Scope.Email) && user.Email is not null)
        {
            json.WriteString("email"u8, user.Email);
            json.WriteBoolean("email_verified"u8, value: false);
        }
    }
}
