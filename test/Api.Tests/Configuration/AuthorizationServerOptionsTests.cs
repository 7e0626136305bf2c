using Api.Configuration;
using Api.Hosting;
using Api.OAuth;
using Microsoft.Extensions.Options;

namespace Api.Tests.Configuration;

public sealed class AuthorizationServerOptionsTests
{
    [Fact]
    public void Defaults_need_only_an_issuer() => Assert.Empty(Failures(_ => { }));

    [Theory]
    [InlineData("https://issuer.example")]
    [InlineData("https://issuer.example:8443/auth/v1")]
    [InlineData("http://localhost:5000")]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://[::1]:5000")]
    public void Issuer_is_accepted(string issuer) => Assert.Empty(Failures(options => options.Issuer = issuer));

    [Theory]
    [InlineData("")]
    [InlineData("issuer.example")]
    [InlineData("/auth")]
    [InlineData("http://issuer.example")]
    [InlineData("https://issuer.example/")]
    [InlineData("https://issuer.example/auth/")]
    [InlineData("https://issuer.example?a=b")]
    [InlineData("https://issuer.example#a")]
    [InlineData("https://issuer.example?")]
    [InlineData("https://user@issuer.example")]
    [InlineData("https://Issuer.example")]
    [InlineData("https://issuer.example:443")]
    [InlineData(" https://issuer.example")]
    [InlineData("https://issuer.example/a b")]
    [InlineData("ftp://issuer.example")]
    [InlineData("file:///tmp")]
    public void Issuer_is_refused(string issuer) =>
        Assert.StartsWith("Issuer ", Assert.Single(Failures(options => options.Issuer = issuer)), StringComparison.Ordinal);

    [Theory]
    [InlineData("00:00:59", false)]
    [InlineData("00:01:00", true)]
    [InlineData("1.00:00:00", true)]
    [InlineData("1.00:00:01", false)]
    [InlineData("3600", false)]
    public void Access_token_lives_from_a_minute_to_a_day(string lifetime, bool isGood) => AssertRule(
        isGood, "AccessTokenLifetime ", options => options.AccessTokenLifetime = TimeSpan.Parse(lifetime, null));

    [Theory]
    [InlineData("USER ADMIN", true)]
    [InlineData("orders:read ADMIN orders/write  USER", true)]
    // Without one of these scopes, no client could call /user or /admin.
    [InlineData("USER", false)]
    [InlineData("ADMIN", false)]
    [InlineData("user admin", false)]
    [InlineData("orders:read orders/write", false)]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("USER\tADMIN", false)]
    [InlineData("\"USER\" USER ADMIN", false)]
    [InlineData("ÜSER USER ADMIN", false)]
    public void Scopes_have_the_syntax_of_the_RFC(string scopes, bool isGood) =>
        AssertRule(isGood, "Scopes ", options => options.Scopes = scopes);

    [Theory]
    [InlineData("", true)]
    [InlineData("Orders & more", true)]
    [InlineData("123456789012345678901234567890123456789012345678901234567890", true)]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901", false)]
    [InlineData("a\nb", false)]
    public void Display_name_has_limits(string name, bool accepted) =>
        Assert.Equal(accepted, !Failures(options => options.DisplayName = name).Any());

    // The origin of the logo becomes part of a header.
    [Theory]
    [InlineData("", true)]
    [InlineData("https://cdn.example/logo.svg?size=2", true)]
    [InlineData("http://localhost:5000/logo.svg", true)]
    [InlineData("http://cdn.example/logo.svg", false)]
    [InlineData("https://user@cdn.example/logo.svg", false)]
    [InlineData("https://cdn.example/a b", false)]
    [InlineData("https://cdn.example; script-src *", false)]
    [InlineData("https://cdn.exämple/logo.svg", false)]
    [InlineData("/logo.svg", false)]
    [InlineData("data:image/png;base64,AA", false)]
    public void Logo_is_an_https_URL(string logo, bool accepted) =>
        Assert.Equal(accepted, !Failures(options => options.LogoUri = logo).Any());

    [Theory]
    [InlineData("JWT", true)]
    [InlineData("at+jwt", true)]
    [InlineData("jwt", false)]
    public void Access_token_has_a_known_type(string type, bool isGood) =>
        AssertRule(isGood, "AccessTokenType ", options => options.AccessTokenType = type);

    [Theory]
    [InlineData("api", true)]
    [InlineData("", false)]
    [InlineData("a\nb", false)]
    public void Audience_is_named(string audience, bool isGood) => AssertRule(isGood, "Audience ", options => options.Audience = audience);

    [Fact]
    public void Folder_is_named() => AssertRule(isGood: false, "DataDirectory ", options => options.DataDirectory = " ");

    [Theory]
    [InlineData("", true)]
    [InlineData("ab", false)]
    [InlineData("abc", true)]
    [InlineData("token-issuer_Clients.1", true)]
    [InlineData("clients\n", false)]
    [InlineData("clients table", false)]
    [InlineData("arn:aws:dynamodb:eu-central-1:123456789012:table/clients", true)]
    [InlineData("arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/clients", true)]
    [InlineData("arn:aws:dynamodb:eu-central-1:123456789012:table/clients/index/a", false)]
    [InlineData("arn:aws:s3:eu-central-1:123456789012:table/clients", false)]
    public void Table_of_the_clients_is_a_name_or_an_ARN(string table, bool isGood) =>
        AssertRule(isGood, "DataTable ", options => options.DataTable = table);

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Table_of_the_clients_has_a_name_of_bounded_length(int length, bool isGood) =>
        AssertRule(isGood, "DataTable ", options => options.DataTable = new('a', length));

    [Theory]
    [InlineData("closed", true)]
    [InlineData("open", true)]
    [InlineData("Open", false)]
    [InlineData("", false)]
    public void Sign_up_is_closed_or_open(string value, bool isGood) => AssertRule(isGood, "SignUp ", options => options.SignUp = value);

    [Theory]
    [InlineData("", true)]
    [InlineData("USER", true)]
    [InlineData("USER ADMIN", false)]
    [InlineData("other", false)]
    [InlineData("US\"ER", false)]
    public void Scopes_of_who_signs_up_are_available_and_do_not_administer(string value, bool isGood) =>
        AssertRule(isGood, "SignUpScopes ", options => options.SignUpScopes = value);

    [Theory]
    [InlineData("00:09:59", false)]
    [InlineData("00:10:00", true)]
    [InlineData("90.00:00:00", true)]
    [InlineData("90.00:00:01", false)]
    public void Session_lives_from_ten_minutes_to_ninety_days(string lifetime, bool isGood) => AssertRule(
        isGood, "SessionLifetime ", options => options.SessionLifetime = TimeSpan.Parse(lifetime, null));

    private static void AssertRule(bool isGood, string setting, Action<AuthorizationServerOptions> change)
    {
        var failures = Failures(change);

        if (isGood)
        {
            Assert.Empty(failures);
        }
        else
        {
            Assert.StartsWith(setting, Assert.Single(failures), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Failures(Action<AuthorizationServerOptions> change)
    {
        var options = new AuthorizationServerOptions { Issuer = "https://issuer.example" };
        change(options);

        IValidateOptions<AuthorizationServerOptions>[] validators =
            [new AuthorizationServerOptionsValidator(), new ScopesValidator(), new CorsOriginsValidator()];

        return validators.SelectMany(validator => validator.Validate(Options.DefaultName, options).Failures ?? []);
    }
}
