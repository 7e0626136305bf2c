using System.Net.Http.Headers;
using System.Text.Json;
using System.Web;
using Api.Benchmarks.References;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>
/// Sign-ins of a person who has a session: an authorization request, and the token request with its code. Then refreshes of their tokens.
/// Each makes two signatures: of the access token and of the ID token.
/// </summary>
internal static class SignInMode
{
    // A person with very many sign-ins costs more.
    private const int Persons = 500;

    private const int Requests = 2;
    private const int Signatures = 2;

    // RFC 7636 appendix B.
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private static readonly string Authorize =
        $"/oauth2/authorize?response_type=code&client_id={People.ClientId}&scope=openid+USER&state=s&nonce=n"
        + $"&redirect_uri={Uri.EscapeDataString(People.RedirectUri)}&code_challenge={Challenge}&code_challenge_method=S256";

    private static readonly string Redeem =
        $"grant_type=authorization_code&client_id={People.ClientId}&code_verifier={Verifier}"
        + $"&redirect_uri={Uri.EscapeDataString(People.RedirectUri)}&code=";

    public static async Task RunAsync(Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var program = await published.AppAsync(Flavour.ReadyToRun, cancellation);
        using var data = await DevelopmentData.CreateAsync(program, cancellation);
        await using var server = await Server.StartAppAsync(program, data, Child.AppCore, cancellation);

        var cookies = await People.SignInAsync(server, data, Persons, cancellation);

        var signIns = new Series(
            "sign-ins", async stop => (await RunAsync("nil", stop)).Rate.Times(1d / Requests));
        var refreshes = new Series("refreshes", async stop => (await RunAsync("true", stop)).Rate);
        var signatures = RsaLoop.Series(RsaLoop.Sign, settings.Seconds);
        await Series.RunAsync(settings.Rounds, [signIns, refreshes, signatures], cancellation, Series.WarmUpsOfServer);

        foreach (var series in (Series[])[signIns, refreshes])
        {
            report.Add(new(
                $"{series.Name}/s, one core",
                series.Samples,
                $"{signatures.Name}, {Signatures} signatures",
                signatures.Samples.With(signatures.Samples, (rate, _) => rate / Signatures)));
        }

        report.Note(await LengthsAsync(server, cookies[0], cancellation));

        Task<LoadResult> RunAsync(string refreshes, CancellationToken stop) =>
            Wrk.RunAsync(server, settings.Seconds, Script(cookies, refreshes), stop);
    }

    /// <summary>What one sign-in sends to the client.</summary>
    private static async Task<string> LengthsAsync(Server server, string cookie, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new(server.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Get, Authorize) { Headers = { { "Cookie", cookie } } };
        using var redirection = await http.SendAsync(request, cancellation);
        var location = redirection.Headers.Location!.OriginalString;
        var code = HttpUtility.ParseQueryString(new Uri(location).Query)["code"];
        using var form = new StringContent(Redeem + code, MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"));
        using var response = await http.PostAsync(new Uri(LoadRequest.TokenPath, UriKind.Relative), form, cancellation);
        var body = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation);
        using var tokens = JsonDocument.Parse(body);

        return $"A sign-in sends a redirection to {location.Length} bytes, and a response of {body.Length} bytes with an access token of "
            + $"{Length("access_token")} and an ID token of {Length("id_token")}.";

        int Length(string token) => tokens.RootElement.GetProperty(token).GetString()!.Length;
    }

    // A connection that gets a code or a refresh token leaves it to the next request, of any connection.
    private static string Script(IEnumerable<string> cookies, string refreshes) =>
        $$"""
        local codes = {}
        local tokens = {}
        local refreshes = {{refreshes}}
        local cookies = { {{string.Join(", ", cookies.Select(cookie => $"\"{cookie}\""))}} }
        local last = 0

        function post(body)
          return wrk.format("POST", "/oauth2/token", { ["Content-Type"] = "application/x-www-form-urlencoded" }, body)
        end

        function request()
          local token = refreshes and table.remove(tokens)

          if token then
            return post("grant_type=refresh_token&client_id={{People.ClientId}}&refresh_token=" .. token)
          end

          local code = table.remove(codes)

          if code then
            return post("{{Redeem}}" .. code)
          end

          last = last % #cookies + 1

          return wrk.format("GET", "{{Authorize}}", { ["Cookie"] = cookies[last] })
        end

        function response(status, headers, body)
          if headers["Location"] then
            codes[#codes + 1] = string.match(headers["Location"], "[?&]code=([%w_-]+)")
          else
            tokens[#tokens + 1] = string.match(body, '"refresh_token":"([%w_.-]+)"')
          end
        end
        """;
}
