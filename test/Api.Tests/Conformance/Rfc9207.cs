using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The issuer in authorization responses.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc9207(SignInApp app)
{
    [Statement("RFC 9207 §2",
        Given = "an authorization request", When = "it succeeds", Then = "the response has iss, which is the issuer of the metadata")]
    public async Task Code_has_the_issuer()
    {
        using var response = await app.AuthorizeAsync();

        Assert.Equal(ApiFactory.Issuer, ReadAnswer(response)["iss"]);
    }

    [Statement("RFC 9207 §2",
        Given = "an authorization request", When = "it fails with an error for the client", Then = "the response has iss")]
    public async Task Error_has_the_issuer()
    {
        using var response = await app.AuthorizeAsync(("response_type", "token"));

        Assert.Equal(ApiFactory.Issuer, ReadAnswer(response)["iss"]);
    }

    [Statement("RFC 9207 §2.1",
        Given = "an authorization request", When = "response_mode is form_post", Then = "the form has iss")]
    public async Task Form_has_the_issuer()
    {
        using var response = await app.AuthorizeAsync(("response_mode", "form_post"));

        Assert.Contains($"name=\"iss\" value=\"{ApiFactory.Issuer}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Statement("RFC 9207 §3",
        Given = "the metadata", When = "it is read", Then = "authorization_response_iss_parameter_supported is true")]
    public async Task Support_is_published()
    {
        using var response = await app.Api.GetAsync("/.well-known/oauth-authorization-server");

        Assert.Contains(
            "\"authorization_response_iss_parameter_supported\":true", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
