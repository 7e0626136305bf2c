using Api.Foundation;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>Proof key for code exchange (PKCE).</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc7636(SignInApp app)
{
    [Statement("RFC 7636 §4.1",
        Given = "a code", When = "the verifier has 42 or 129 characters, or another character than the unreserved ones", Then = "it is refused")]
    public async Task Verifier_has_a_syntax()
    {
        foreach (var verifier in (string[])[Verifier[..42], Verifier.PadRight(129, 'a'), Verifier[..42] + "+"])
        {
            var challenge = OpaqueToken.Hash(verifier);
            var code = await app.GetCodeAsync(("code_challenge", challenge));

            Assert.Equal(400, (await app.RedeemAsync(code, ("code_verifier", verifier))).Status);
        }
    }

    [Statement("RFC 7636 §4.2",
        Given = "the verifier and the challenge of appendix B", When = "a code is redeemed with them", Then = "it succeeds")]
    public async Task Example_of_the_RFC() => Assert.Equal(200, (await app.RedeemAsync(await app.GetCodeAsync())).Status);

    [Statement("RFC 7636 §4.2",
        Given = "a client", When = "it uses the method plain", Then = "it succeeds", Holds = false,
        Because = "only S256 is supported, as RFC 9700 §2.1.1 recommends. The metadata says so")]
    public Task Plain_is_refused() => AssertRefusedAsync(("code_challenge_method", "plain"));

    [Statement("RFC 7636 §4.3",
        Given = "a challenge", When = "the method is missing, which means plain", Then = "it is refused, because plain is not supported")]
    public Task Method_is_required() => AssertRefusedAsync(("code_challenge_method", null));

    [Statement("RFC 7636 §4.4.1",
        Given = "a server that requires PKCE", When = "the challenge is missing", Then = "the error is invalid_request")]
    public Task Challenge_is_required() => AssertRefusedAsync(("code_challenge", null), ("code_challenge_method", null));

    [Statement("RFC 7636 §4.4",
        Given = "a code with a challenge", When = "the response is read", Then = "nothing in it is the challenge")]
    public async Task Challenge_is_not_in_the_response()
    {
        using var response = await app.AuthorizeAsync();

        Assert.DoesNotContain(Challenge, response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Statement("RFC 7636 §4.6",
        Given = "a code with a challenge", When = "the verifier is missing or wrong", Then = "the error is invalid_grant")]
    public async Task Verifier_is_compared()
    {
        var code = await app.GetCodeAsync();

        foreach (var verifier in (string?[])[null, Verifier + "A", Challenge])
        {
            var (status, body) = await app.RedeemAsync(code, ("code_verifier", verifier));
            Assert.Equal((400, "invalid_grant"), (status, body.GetProperty("error").GetString()));
        }
    }

    [Statement("RFC 7636 §6.2.1",
        Given = "the metadata", When = "code_challenge_methods_supported is read", Then = "it has S256")]
    public async Task Method_is_published()
    {
        using var response = await app.Api.GetAsync("/.well-known/oauth-authorization-server");

        Assert.Contains("\"code_challenge_methods_supported\":[\"S256\"]", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task AssertRefusedAsync(params (string, string?)[] changes)
    {
        using var response = await app.AuthorizeAsync(changes);

        Assert.Equal("invalid_request", ReadAnswer(response)["error"]);
    }
}
