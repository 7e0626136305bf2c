using System.Globalization;
using System.Text.RegularExpressions;
using Api.Configuration;
using Api.Keys;
using Api.OAuth;
using Api.Startup;
using Api.Tests.Support;
using Microsoft.Extensions.Configuration;
using static Api.Tests.Deployment.CheckedTemplate;

namespace Api.Tests.Deployment;

/// <summary>The parameters and settings of serverless.template are ones that the app accepts.</summary>
public sealed class TemplateSettingsTests
{
    [FactWith(Tool.Template)]
    public async Task Settings_of_the_functions_exist_in_the_app()
    {
        var known = typeof(AuthorizationServerOptions).GetProperties().Concat(typeof(KeyOptions).GetProperties())
            .Select(property => property.Name)
            .Append(FunctionRoles.Variable)
            // A setting of the C library.
            .Append("MALLOC_ARENA_MAX")
            .ToHashSet();

        var given = (await GetAsync("Resources")).EnumerateObject()
            .Select(resource => resource.Value.GetProperty("Properties"))
            .Where(properties => properties.TryGetProperty("Handler", out _) && properties.TryGetProperty("Environment", out _))
            .SelectMany(properties => properties.GetProperty("Environment").GetProperty("Variables").EnumerateObject())
            .Select(variable => variable.Name)
            .ToArray();

        Assert.NotEmpty(given);
        Assert.All(given, name => Assert.Contains(name, known));
    }

    [TheoryWith(Tool.Template)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task First_client_is_optional(string wanted, bool isThere)
    {
        var resources = await SamTemplate.ResolveAsync(new() { ["FirstClient"] = wanted });

        var settings = resources.GetProperty("ApiFunction").GetProperty("Properties").GetProperty("Environment").GetProperty("Variables");
        Assert.Equal(isThere, settings.TryGetProperty("FirstClientSecretId", out _));
        Assert.True(settings.TryGetProperty("DataTable", out _));
        Assert.Equal(isThere, resources.ToString().Contains("FirstClientSecret", StringComparison.Ordinal));
    }

    [FactWith(Tool.Template)]
    public async Task Without_sign_in_the_gateway_has_no_route_for_it()
    {
        var (with, without) = (await RoutesAsync("true"), await RoutesAsync("false"));

        Assert.Equal(
            [
                "ANY /admin", "ANY /admin/{proxy+}", "ANY /user", "ANY /user/{proxy+}", "GET /.well-known/jwks.json",
                "GET /.well-known/oauth-authorization-server", "GET /.well-known/openid-configuration", "GET /health", "POST /oauth2/token",
            ],
            without.Routes);
        Assert.Equal(["POST /oauth2/token"], without.Throttled);
        // Browsers keep the files below /assets.
        Assert.Equal(with.Routes.Except(without.Routes).Except(["GET /assets/{proxy+}"]), with.Throttled.Except(without.Throttled));
        Assert.Equal(8, with.Throttled.Length - without.Throttled.Length);

        static async Task<(string[] Routes, string[] Throttled)> RoutesAsync(string signIn)
        {
            var resources = await SamTemplate.ResolveAsync(new() { ["SignIn"] = signIn });
            var routes = resources.EnumerateObject()
                .Where(resource => resource.Value.GetProperty("Type").GetString() is "AWS::ApiGatewayV2::Route")
                .Select(route => route.Value.GetProperty("Properties").GetProperty("RouteKey").GetString()!);
            var throttled = resources.GetProperty("Stage").GetProperty("Properties").GetProperty("RouteSettings").EnumerateObject();

            return ([.. routes.Order(StringComparer.Ordinal)], [.. throttled.Select(route => route.Name).Order(StringComparer.Ordinal)]);
        }
    }

    [FactWith(Tool.Template)]
    public async Task Secret_of_the_first_client_has_a_form_that_the_log_redacts()
    {
        var resources = await SamTemplate.ResolveAsync([]);

        var made = resources.GetProperty("FirstClientSecret").GetProperty("Properties").GetProperty("GenerateSecretString");
        Assert.True(made.GetProperty("PasswordLength").GetInt32() >= 40);
        Assert.True(made.GetProperty("ExcludePunctuation").GetBoolean());
    }

    [TheoryWith(Tool.Template)]
    [InlineData("USER ADMIN", true)]
    [InlineData("ADMIN orders:read USER", true)]
    [InlineData("ADMIN USER", true)]
    [InlineData("ORDERS", false)]
    [InlineData("USER", false)]
    [InlineData("USERS ADMIN", false)]
    [InlineData("USER ADMINISTRATOR", false)]
    [InlineData("USER  ADMIN", false)]
    [InlineData("USER ADMIN ", false)]
    public async Task Allowed_scopes_are_valid_in_the_app(string value, bool taken)
    {
        var pattern = (await GetAsync("Parameters")).GetProperty("Scopes").GetProperty("AllowedPattern").GetString()!;
        var result = new ScopesValidator().Validate(null, new() { Issuer = "https://issuer.example", Scopes = value });

        Assert.Equal(taken, Regex.IsMatch(value, pattern));
        // The app also accepts other white space.
        Assert.True(result.Succeeded || !taken, result.FailureMessage);
    }

    [TheoryWith(Tool.Template)]
    [InlineData("CorsOrigins", "", true)]
    [InlineData("CorsOrigins", "https://app.example", true)]
    [InlineData("CorsOrigins", "http://localhost:5173", true)]
    [InlineData("CorsOrigins", "*", false)]
    [InlineData("CorsOrigins", "https://*.example", false)]
    [InlineData("CorsOrigins", "https://app.example/", false)]
    [InlineData("SsmPrefix", "/token-issuer", true)]
    [InlineData("SsmPrefix", "/team/auth", true)]
    [InlineData("SsmPrefix", "", false)]
    [InlineData("SsmPrefix", "/aws-team", false)]
    [InlineData("SsmPrefix", "/SSM", false)]
    public async Task Parameter_accepts_what_AWS_accepts(string name, string value, bool taken)
    {
        var parameters = await GetAsync("Parameters");

        Assert.Equal(taken, Regex.IsMatch(value, parameters.GetProperty(name).GetProperty("AllowedPattern").GetString()!));
    }

    [TheoryWith(Tool.Template)]
    [InlineData("00:00:59")]
    [InlineData("00:01:00")]
    [InlineData("00:59:59")]
    [InlineData("01:00:00")]
    [InlineData("23:59:59")]
    [InlineData("24:00:00")]
    [InlineData("1.00:00:00")]
    [InlineData("1.00:00:01")]
    public async Task Allowed_token_lifetimes_are_valid_in_the_app(string value)
    {
        var pattern = (await GetAsync("Parameters")).GetProperty("AccessTokenLifetime").GetProperty("AllowedPattern").GetString()!;
        // .NET reads 24:00:00 as 24 days.
        var taken = TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var lifetime)
            && lifetime >= AuthorizationServerOptions.ShortestTokenLifetime
            && lifetime <= AuthorizationServerOptions.LongestTokenLifetime;

        Assert.Equal(taken, Regex.IsMatch(value, pattern));
    }

    [FactWith(Tool.Template)]
    public async Task Allowed_key_settings_are_valid_in_the_app()
    {
        var parameters = await GetAsync("Parameters");
        var sizes = parameters.GetProperty("KeySize").GetProperty("AllowedValues").EnumerateArray().Select(size => size.GetInt32());
        var days = parameters.GetProperty("KeyRotationDays");
        int[] bounds = [days.GetProperty("MinValue").GetInt32(), days.GetProperty("MaxValue").GetInt32()];

        var results = sizes.SelectMany(_ => bounds, (size, day) => new KeyOptionsValidator().Validate(null, new()
        {
            KeySize = size,
            KeyRotationInterval = TimeSpan.Parse($"{day}.00:00:00", CultureInfo.InvariantCulture),
        }));

        Assert.All(results, result => Assert.True(result.Succeeded, result.FailureMessage));
    }

    [TheoryWith(Tool.Template)]
    [InlineData("SignUp", "open")]
    [InlineData("SignUp", "Open")]
    [InlineData("SignUpScopes", "")]
    [InlineData("SignUpScopes", "USER")]
    [InlineData("SignUpScopes", "ADMIN")]
    [InlineData("SignUpScopes", "USER ADMIN")]
    [InlineData("SignUpScopes", "USER \"")]
    [InlineData("SessionLifetime", "00:09:59")]
    [InlineData("SessionLifetime", "00:10:00")]
    [InlineData("SessionLifetime", "01:00:00")]
    [InlineData("SessionLifetime", "23:59:59")]
    [InlineData("SessionLifetime", "1.00:00:00")]
    [InlineData("SessionLifetime", "89.23:59:59")]
    [InlineData("SessionLifetime", "90.00:00:00")]
    [InlineData("SessionLifetime", "90.00:00:01")]
    [InlineData("DisplayName", "")]
    [InlineData("DisplayName", "Northwind")]
    [InlineData("DisplayName", "a\tb")]
    [InlineData("LogoUri", "")]
    [InlineData("LogoUri", "https://app.example/logo.svg")]
    [InlineData("LogoUri", "http://app.example/logo.svg")]
    [InlineData("LogoUri", "https://ada@app.example/logo.svg")]
    [InlineData("LogoUri", "https:///logo.svg")]
    public async Task Allowed_settings_of_sign_in_are_valid_in_the_app(string name, string value)
    {
        var parameter = (await GetAsync("Parameters")).GetProperty(name);
        var isAllowed = parameter.TryGetProperty("AllowedPattern", out var pattern)
            ? Regex.IsMatch(value, pattern.GetString()!)
            : parameter.GetProperty("AllowedValues").EnumerateArray().Any(allowed => allowed.GetString() == value);

        Assert.Equal(IsValid(name, value), isAllowed);
    }

    private static bool IsValid(string name, string value)
    {
        var options = new AuthorizationServerOptions { Issuer = "https://issuer.example" };

        try
        {
            new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(name, value)]).Build().Bind(options);
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return new AuthorizationServerOptionsValidator().Validate(null, options).Succeeded && new ScopesValidator().Validate(null, options).Succeeded;
    }
}
