using RazorSlices;

namespace Api.SignIn;

/// <summary>The pages that people see. Each is rendered on the server and encodes all values.</summary>
internal static class Pages
{
    /// <summary>The form field of the pages that ask a question, and its values.</summary>
    public const string Decision = "decision";

    public const string Allow = "allow";

    public const string Deny = "deny";

    public static IResult SignIn(SignInPage page) => Of("Sign in", page, Views.SignIn.Create);

    public static IResult SignUp(SignUpPage page) => Of("Create an account", page, Views.SignUp.Create);

    public static IResult Enroll(EnrollPage page) => Of("Create a passkey", page, Views.Enroll.Create);

    public static IResult Account(AccountPage page) => Of("Your account", page, Views.Account.Create);

    public static IResult Consent(ConsentPage page) => Of("Allow access", page, Views.Consent.Create);

    public static IResult ConfirmSignOut(ConfirmSignOutPage page) => Of("Sign out", page, Views.ConfirmSignOut.Create);

    // The client can redirect the browser on, which Chromium checks too. In operation, it does so to https.
    public static IResult FormPost(Uri action, IReadOnlyDictionary<string, string> parameters) => Of(
        "Continue", new FormPostPage(action, parameters), Views.FormPost.Create, formAction: $"{FormAction.SourceOf(action)} https:");

    /// <summary>
    /// The answer to a form of a page. Chromium applies the form-action of the page also to all redirections that follow, even to those of
    /// the client, which nobody here knows. So a redirection to another origin becomes a page that goes there by itself.
    /// </summary>
    public static IResult AfterForm(IResult answer) => answer is SeeOther { Location: not ['/', ..] and var address }
        ? Of("Continue", new ContinuePage(address), Views.Continue.Create, continuesTo: address)
        : answer;

    public static IResult SignedOut() =>
        Of("Signed out", new MessagePage("You are signed out", "You can close this page.", PageLink.SignIn), Views.Message.Create);

    public static IResult StillSignedIn() =>
        Of("Still signed in", new MessagePage("Still signed in", "You did not sign out.", PageLink.Account), Views.Message.Create);

    public static IResult Error(int status, string title, string text, PageLink? link = null) =>
        Of(title, new MessagePage(title, text, link), Views.Message.Create, status);

    private static PageResult Of<T>(
        string title,
        T content,
        Func<PageModel<T>, RazorSlice> create,
        int status = StatusCodes.Status200OK,
        string formAction = FormAction.Self,
        string? continuesTo = null) =>
        new(title, frame => create(new(frame, content)), status, formAction, continuesTo);
}
