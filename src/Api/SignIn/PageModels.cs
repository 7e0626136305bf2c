namespace Api.SignIn;

// These types are public because the generated classes of the templates are.

/// <summary>The page that asks for a passkey.</summary>
/// <param name="ReturnTo">Where the browser goes after sign-in: a path that <see cref="ReturnPath"/> accepts.</param>
/// <param name="LoginHint">The user name that the client expects (OpenID Connect Core 1.0 §3.1.2.1).</param>
/// <param name="SignUp">The path of the page that creates an account; null: only administrators create accounts.</param>
public sealed record SignInPage(string ReturnTo, string? LoginHint = null, string? SignUp = null);

/// <summary>The page that creates an account.</summary>
/// <param name="ReturnTo">Where the browser goes afterwards: a path that <see cref="ReturnPath"/> accepts; null: the account page.</param>
public sealed record SignUpPage(string? ReturnTo);

/// <summary>The page of a one-time link.</summary>
/// <param name="Link">The random part of the link.</param>
/// <param name="UserName">The user who gets the passkey.</param>
/// <param name="Name">The full name; null: unknown.</param>
/// <param name="ReturnTo">Where the browser goes afterwards: a path that <see cref="ReturnPath"/> accepts; null: the account page.</param>
public sealed record EnrollPage(string Link, string UserName, string? Name, string? ReturnTo = null);

/// <summary>The page on which a user manages passkeys, sessions and apps.</summary>
/// <param name="UserName">The user who is signed in.</param>
/// <param name="Name">The full name; null: unknown.</param>
/// <param name="Passkeys">The user's passkeys.</param>
/// <param name="Sessions">Where the user is signed in.</param>
/// <param name="Apps">The clients that the user is signed in to or has allowed.</param>
/// <param name="CanAddPasskey">Whether the user has fewer passkeys than are possible.</param>
/// <param name="IsRecent">Whether the sign-in is recent enough to add and remove passkeys.</param>
public sealed record AccountPage(
    string UserName,
    string? Name,
    IReadOnlyList<AccountPasskey> Passkeys,
    IReadOnlyList<AccountSession> Sessions,
    IReadOnlyList<AccountApp> Apps,
    bool CanAddPasskey,
    bool IsRecent);

public sealed record AccountPasskey(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed, bool IsSynchronized);

public sealed record AccountSession(string Sid, string Browser, DateTimeOffset SignedInAt, DateTimeOffset LastUsedAt, bool IsCurrent);

/// <summary>A client that the user is signed in to (<paramref name="LastUsedAt"/>), or has allowed, or both.</summary>
public sealed record AccountApp(
    string ClientId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? AllowedAt, DateTimeOffset? LastUsedAt);

/// <summary>The user who is signed in.</summary>
/// <param name="UserName">The user name.</param>
/// <param name="Name">The full name; null: unknown.</param>
public sealed record PageUser(string UserName, string? Name);

/// <summary>The page that asks a user whether a client may act for them.</summary>
/// <param name="ClientName">The name of the client.</param>
/// <param name="User">The user who is signed in.</param>
/// <param name="Scopes">The scopes that the client gets.</param>
/// <param name="Parameters">The parameters of the authorization request. The form sends them again, with <c>decision</c>.</param>
public sealed record ConsentPage(
    string ClientName, PageUser User, IReadOnlyList<string> Scopes, IReadOnlyDictionary<string, string> Parameters);

/// <summary>The page that asks a user whether to sign out.</summary>
/// <param name="User">The user who is signed in.</param>
/// <param name="Parameters">The parameters of the logout request. The form sends them again, with <c>decision</c>.</param>
public sealed record ConfirmSignOutPage(PageUser User, IReadOnlyDictionary<string, string> Parameters);

/// <summary>The page that sends parameters to a client (OAuth 2.0 Form Post Response Mode).</summary>
public sealed record FormPostPage(Uri Action, IReadOnlyDictionary<string, string> Parameters);

/// <summary>The page after a form from which the browser goes to a client.</summary>
public sealed record ContinuePage(string Address);

/// <summary>A page with a heading and a sentence.</summary>
public sealed record MessagePage(string Title, string Text, PageLink? Link = null);

/// <summary>A link to another page of this server.</summary>
public sealed record PageLink(string Path, string Text)
{
    public static readonly PageLink SignIn = new("/sign-in", "Sign in again");

    public static readonly PageLink Account = new(ReturnPath.Account, "Go to your account");
}

/// <summary>The parts that are the same on all pages.</summary>
/// <param name="Title">The title of the page.</param>
/// <param name="ProductName">The name of the product that people sign in to.</param>
/// <param name="Logo">The logo; null: a drawn one.</param>
/// <param name="Root">The path of the issuer, without a slash at the end.</param>
/// <param name="StyleSheet">The file name of the style sheet.</param>
/// <param name="Script">The file name of the script.</param>
public sealed record PageFrame(string Title, string ProductName, Uri? Logo, string Root, string StyleSheet, string Script);

/// <summary>The model of a template.</summary>
public sealed record PageModel<T>(PageFrame Frame, T Content);
