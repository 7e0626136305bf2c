using System.Text;

namespace Api.SignIn.Authorization;

/// <summary>
/// Sends the answer to the client through the browser (RFC 6749 §4.1.2), always with <c>state</c> and <c>iss</c> (RFC 9207 §2).
/// </summary>
/// <param name="RedirectUri">A registered redirect URI.</param>
/// <param name="State">The <c>state</c> of the request.</param>
/// <param name="Issuer">The <c>iss</c>.</param>
/// <param name="IsFormPost">Whether the browser posts the answer (OAuth 2.0 Form Post Response Mode).</param>
internal sealed record AuthorizationAnswer(string RedirectUri, string? State, string Issuer, bool IsFormPost)
{
    public IResult Code(string code) => Send(KeyValuePair.Create("code", code));

    public IResult Error(string error, string description) =>
        Send(KeyValuePair.Create("error", error), KeyValuePair.Create("error_description", description));

    private IResult Send(params KeyValuePair<string, string>[] parameters)
    {
        var all = parameters.ToDictionary(StringComparer.Ordinal);

        if (State is not null)
        {
            all["state"] = State;
        }

        all["iss"] = Issuer;

        return IsFormPost ? Pages.FormPost(new(RedirectUri), all) : new SeeOther(AddTo(RedirectUri, all));
    }

    /// <summary>Adds parameters to the query of a URI (RFC 6749 §3.1.2).</summary>
    public static string AddTo(string uri, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var text = new StringBuilder(uri);
        var separator = uri.Contains('?', StringComparison.Ordinal) ? '&' : '?';

        foreach (var (name, value) in parameters)
        {
            text.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return text.ToString();
    }
}
