using System.Collections.Immutable;
using Microsoft.Extensions.Options;

namespace Api.Configuration;

/// <summary>What this authorization server promises its clients and the servers that trust it. Read once, at the start.</summary>
internal sealed class AuthorizationServerOptions
{
    /// <summary>The media types of an access token: the one every gateway takes, and that of RFC 9068 §2.1.</summary>
    public static readonly ImmutableArray<string> AccessTokenTypes = ["JWT", "at+jwt"];

    public static readonly TimeSpan ShortestTokenLifetime = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan LongestTokenLifetime = TimeSpan.FromHours(24);

    /// <summary>How far the clock of another instance may be off.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>How long API Gateway keeps a key set before it asks again.</summary>
    public static readonly TimeSpan GatewayCacheAge = TimeSpan.FromHours(2);

    /// <summary>How long any cache may keep the metadata and the key set.</summary>
    public static readonly TimeSpan WellKnownMaxAge = TimeSpan.FromMinutes(5);

    /// <summary><c>iss</c> of every token and the start of every published address. Stays the string that was given.</summary>
    public string Issuer { get; set; } = "";

    /// <summary><c>aud</c> of every token: the API that the tokens are for.</summary>
    public string Audience { get; set; } = "api";

    /// <summary>The scopes that exist here, space-separated.</summary>
    public string Scopes { get; set; } = "USER ADMIN";

    /// <summary>For clients without a lifetime of their own.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The <c>typ</c> header of every token.</summary>
    public string AccessTokenType { get; set; } = AccessTokenTypes[0];

    /// <summary>Where signing keys and clients are kept; a relative path starts at the content root.</summary>
    public string DataDirectory { get; set; } = ".data";

    /// <summary>The DynamoDB table (name or ARN) of the clients; empty: they are in <see cref="DataDirectory"/>.</summary>
    public string ClientsTable { get; set; } = "";

    /// <summary>The Secrets Manager secret (name or ARN) of the client <c>admin</c>, one beside those that are kept; empty: no such client.</summary>
    public string FirstClientSecretId { get; set; } = "";

    /// <summary>The origins whose pages may call this server from a browser, space-separated; empty: none.</summary>
    public string CorsOrigins { get; set; } = "";

    /// <summary>Whether /swagger is served; by default only in development.</summary>
    public bool Swagger { get; set; }

    /// <summary>Whether <see cref="Swagger"/> will be true, before there are options: a start without it need not register it.</summary>
    public static bool HasSwagger(IConfiguration configuration, IHostEnvironment environment) =>
        // What is neither is a failed rule when the options are read.
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
