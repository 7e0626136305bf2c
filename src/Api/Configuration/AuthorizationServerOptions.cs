using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Api.Configuration;

/// <summary>The settings of the authorization server. They are read once, at startup.</summary>
internal sealed class AuthorizationServerOptions
{
    /// <summary>
    /// The supported <c>typ</c> values of access tokens: <c>JWT</c>, which every gateway accepts, and that of RFC 9068 §2.1.
    /// </summary>
    public static readonly ImmutableArray<string> AccessTokenTypes = ["JWT", "at+jwt"];

    /// <summary>The values of <see cref="SignUp"/>: only administrators create accounts, or anyone.</summary>
    public static readonly ImmutableArray<string> SignUps = ["closed", "open"];

    public static readonly TimeSpan ShortestSessionLifetime = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan LongestSessionLifetime = TimeSpan.FromDays(90);

    public static readonly TimeSpan ShortestRefreshTokenLifetime = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan LongestRefreshTokenLifetime = TimeSpan.FromDays(365);

    public static readonly TimeSpan ShortestTokenLifetime = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan LongestTokenLifetime = TimeSpan.FromHours(24);

    /// <summary>The largest clock difference between two instances that is tolerated.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>How long API Gateway caches a key set.</summary>
    public static readonly TimeSpan GatewayCacheAge = TimeSpan.FromHours(2);

    /// <summary>The <c>max-age</c> of the metadata and the key set.</summary>
    public static readonly TimeSpan WellKnownMaxAge = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The <c>iss</c> of every token and the prefix of every published URL. The configured string is used unchanged.
    /// </summary>
    public string Issuer { get; set; } = "";

    /// <summary>The <c>aud</c> of every token: the API that the tokens are issued for.</summary>
    public string Audience { get; set; } = "api";

    /// <summary>The available scopes, separated by spaces.</summary>
    public string Scopes { get; set; } = "USER ADMIN";

    /// <summary>The access token lifetime of clients that do not set their own.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The <c>typ</c> header of every token.</summary>
    public string AccessTokenType { get; set; } = AccessTokenTypes[0];

    /// <summary>The folder of the signing keys and the clients. A relative path is resolved against the content root.</summary>
    public string DataDirectory { get; set; } = ".data";

    /// <summary>
    /// The DynamoDB table (name or ARN) of the clients. If empty, clients are stored in <see cref="DataDirectory"/>.
    /// </summary>
    public string DataTable { get; set; } = "";

    /// <summary>
    /// The Secrets Manager secret (name or ARN) of the bootstrap client <c>admin</c>. If empty, there is no bootstrap client.
    /// </summary>
    public string FirstClientSecretId { get; set; } = "";

    /// <summary>The origins whose pages may call this server from a browser, separated by spaces. If empty, none.</summary>
    public string CorsOrigins { get; set; } = "";

    /// <summary>Whether people can sign in. If false, the routes and the metadata of sign-in do not exist.</summary>
    public bool SignIn { get; set; } = true;

    /// <summary>One of <see cref="SignUps"/>: who can create an account.</summary>
    public string SignUp { get; set; } = SignUps[0];

    /// <summary>The scopes of an account that a person created, separated by spaces.</summary>
    public string SignUpScopes { get; set; } = "USER";

    /// <summary>The time without use after which a browser session ends.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The access token lifetime of people who sign in to a client that gets refresh tokens, unless the client sets its own.</summary>
    public TimeSpan UserAccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The time after a sign-in at which the refresh tokens of a client end.</summary>
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The time without use after which a refresh token ends.</summary>
    public TimeSpan RefreshTokenIdleLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Whether anyone can create an account with a passkey.</summary>
    public bool IsSignUpOpen => SignIn && SignUp == SignUps[1];

    /// <summary>The name of the product on the pages of sign-in. If empty, the host of the issuer.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>The https URL of the logo on the pages of sign-in. If empty, a drawn key.</summary>
    public string LogoUri { get; set; } = "";

    /// <summary>Whether /swagger is served. The default is true in development only.</summary>
    public bool Swagger { get; set; }

    /// <summary>Reads <see cref="SignIn"/> before the options exist, so that its services are registered only if needed.</summary>
    public static bool HasSignIn(IConfiguration configuration) =>
        // An invalid value fails when the options are bound.
        !bool.TryParse(configuration[nameof(SignIn)], out var isOn) || isOn;

    /// <summary>
    /// Reads <see cref="Swagger"/> before the options exist, so that Swagger services are registered only if needed.
    /// </summary>
    public static bool HasSwagger(IConfiguration configuration, IHostEnvironment environment) =>
        // An invalid value fails when the options are bound.
        bool.TryParse(configuration[nameof(Swagger)], out var isOn) ? isOn : environment.IsDevelopment();
}

internal static class AuthorizationServerRegistration
{
    public static void AddAuthorizationServer(this IServiceCollection services)
    {
        services.AddOptions<AuthorizationServerOptions>()
            .Configure<IConfiguration, IHostEnvironment>((options, configuration, environment) =>
            {
                options.Issuer = environment.IsDevelopment() ? "http://localhost:5000" : "";
                options.Swagger = AuthorizationServerOptions.HasSwagger(configuration, environment);
                SettingsBinder.Bind<AuthorizationServerOptions>(() => configuration.Bind(options));
            })
            .PostConfigure<IHostEnvironment>(UseContentRoot)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthorizationServerOptions>, AuthorizationServerOptionsValidator>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<AuthorizationServerOptions>>().Value);
    }

    private static void UseContentRoot(AuthorizationServerOptions options, IHostEnvironment environment)
    {
        if (!string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            options.DataDirectory = Path.Combine(environment.ContentRootPath, options.DataDirectory);
        }
    }
}
