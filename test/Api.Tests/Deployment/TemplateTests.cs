using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Api.Configuration;
using Api.Deployment;
using Api.Keys;
using Api.OAuth;
using Api.Startup;
using Api.Storage;
using Api.Tests.Support;

namespace Api.Tests.Deployment;

/// <summary>serverless.template as CloudFormation gets it: its order, guards and rights, and that it and the app agree.</summary>
public sealed class TemplateTests
{
    private static readonly Lazy<Task<string>> Found = new(() => CheckAsync(0, "--mutations"));
    private static readonly Lazy<Task<string>> Template = new(() => CheckAsync(0, "--json"));

    /// <summary>Each mistake that test/template/mutations.py makes, with a line that has to be printed for it.</summary>
    public static TheoryData<string, string> Mistakes { get; } = new()
    {
        { "cycle", "Stage waits for itself" },
        { "authorizer-before-gate", "Authorizer does not wait for ReadinessGate" },
        { "gate-before-stage", "ReadinessGate does not wait for Stage" },
        { "gate-before-first-key", "Authorizer does not wait for FirstKey" },
        { "gate-before-domain", "ReadinessGate does not wait for DomainRecord" },
        { "gate-before-permission", "Authorizer does not wait for ApiPermission" },
        { "stage-before-key-set", "Authorizer does not wait for KeySetRoute" },
        { "schedule-before-permission", "RotationSchedule does not wait for RotationPermission" },
        { "schedule-before-first-key", "RotationSchedule does not wait for FirstKey" },
        { "background-rotation", "RotationSchedule rotates in the background whenever it changes" },
        { "no-first-key", "There are 1 readiness gates, 0 first keys and 1 authorizers instead of one of each" },
        { "deletion-waits", "FirstKey makes the deletion of the stack wait for its function" },
        { "gate-runs-once", "ReadinessGate does not run again for a new package" },
        { "no-gate", "There are 0 readiness gates, 1 first keys and 1 authorizers instead of one of each" },
        { "gate-outlives-patience", "GateFunction may run for longer than CloudFormation waits for ReadinessGate" },
        { "throttle-of-no-route", "Stage throttles POST /token, which is no route" },
        { "throttle-before-route", "Stage throttles POST /oauth2/token before that route exists" },
        { "no-token-throttle", "Stage does not throttle POST /oauth2/token on its own" },
        { "default-route", "Route $default matches any path, so another spelling of a guarded path would pass by the authorizer" },
        { "root-variable", "Route GET /{proxy+} matches any path, so another spelling of a guarded path would pass by the authorizer" },
        { "open-route", "Route GET /metrics is open, and is none of those that should be" },
        { "other-spelling", "Route GET /ADMIN/{proxy+} has no authorizer" },
        { "unguarded", "Route ANY /admin/{proxy+} has no authorizer" },
        { "wrong-scope", "Route ANY /admin does not ask for the scope ADMIN alone" },
        { "other-issuer", "Authorizer does not take issuer or audience from its parameter" },
        { "implicit-api", "ServerlessHttpApi is made by SAM or from an OpenAPI document, which may lose the authorizer" },
        { "wildcard-resource", "ApiRole has the wildcard *" },
        { "wildcard-action", "RotationRole has the wildcard secretsmanager:*" },
        { "wildcard-below-key", "RotationRole has the wildcard {'Fn::Sub': '${KeySecret}*'}" },
        { "log-reader", "GateRole may do more to a log than write it" },
        { "managed-policy", "GateRole has managed policies, which allow more than is needed" },
        { "api-writes-keys", "ApiRole lets ApiFunction write KeySecret" },
        { "gate-reads-keys", "GateRole gives the gate rights on secrets" },
        { "shared-role", "RotationRole lets ApiFunction write KeySecret" },
        { "secret-with-value", "KeySecret gets a value from the template, which could overwrite live keys" },
        { "open-permission", "RotationPermission lets others than this account start the function" },
        { "any-secret-rotates", "RotationPermission lets other secrets than KeySecret start the function" },
        { "api-revokes", "ApiRole may start another function than RotationFunction" },
        { "api-changes-the-schedule", "ApiRole may change how KeySecret is rotated" },
        { "no-domain-rule", "No rule, or a wrong one, judges a custom domain with DomainName, CertificateArn" },
        { "lax-domain-rule", "No rule, or a wrong one, judges a custom domain with DomainName, CertificateArn" },
        { "other-keys", "ClientTable does not have the keys pk and sk" },
        { "no-index", "ClientTable does not have the index lists with whole items, and no other" },
        { "index-of-keys", "ClientTable does not have the index lists with whole items, and no other" },
        { "provisioned-table", "ClientTable costs something while nobody uses it" },
        { "no-expiry", "ClientTable does not remove what has expired at expires_at" },
        { "other-expiry", "ClientTable does not remove what has expired at expires_at" },
        { "no-recovery", "ClientTable cannot be brought back to an earlier point in time" },
        { "table-lost-when-replaced", "ClientTable does not go with the stack, or does not outlive its replacement" },
        { "named-table", "ClientTable has a name of its own, so that it cannot be replaced" },
        { "table-scanned", "ApiFunction does not need dynamodb:Scan on ClientTable" },
        { "no-deletion", "ApiFunction lacks dynamodb:DeleteItem on ClientTable" },
        { "index-not-read", "ApiFunction lacks dynamodb:Query on ClientTable/index/lists" },
        { "any-index", "ApiRole has the wildcard {'Fn::Sub': '${ClientTable.Arn}/index/*'}" },
        { "rotation-reads-clients", "RotationRole gives rights on ClientTable to another function than ApiFunction" },
        { "gate-reads-clients", "GateRole gives rights on ClientTable to another function than ApiFunction" },
        { "other-table", "ApiFunction is told of another table than it should be" },
        { "rotation-told-of-table", "RotationFunction is told of another table than it should be" },
        { "first-client-always", "FirstClientSecret is there even where no first client is wanted" },
        { "setting-without-secret", "ApiFunction needs FirstClientSecret, which is not always there" },
        { "right-without-secret", "ApiRole needs FirstClientSecret, which is not always there" },
        { "output-without-secret", "FirstClientSecretArn needs FirstClientSecret, which is not always there" },
    };

    [FactWith(Tool.Template)]
    public async Task Check_finds_nothing() => Assert.Empty(await CheckAsync(0));

    [TheoryWith(Tool.Template)]
    [MemberData(nameof(Mistakes))]
    public async Task Check_finds_a_mistake(string name, string line) =>
        Assert.Contains($"{name}: {line}", (await Found.Value).Split('\n'));

    [FactWith(Tool.Template)]
    public async Task Check_fails_where_it_finds_something()
    {
        var lines = (await CheckAsync(1, "--mutate", "wrong-scope")).TrimEnd().Split('\n');

        Assert.Equal(["Route ANY /admin does not ask for the scope ADMIN alone"], lines);
    }

    [FactWith(Tool.Template)]
    public async Task Every_mistake_has_a_line()
    {
        var made = (await Found.Value).TrimEnd().Split('\n').Select(line => line.Split(':')[0]).Distinct();

        Assert.Equal(Mistakes.Select(mistake => (string)mistake[0]), made);
    }

    [FactWith(Tool.Template)]
    public async Task Linter_has_no_findings()
    {
        var (exitCode, output, error) = await ExternalTools.RunAsync(ExternalTools.Repository, "cfn-lint", "serverless.template");

        Assert.Equal("", output + error);
        Assert.Equal(0, exitCode);
    }

    [FactWith(Tool.Template)]
    public async Task Every_function_is_the_executable_in_a_role_of_its_own()
    {
        var functions = (await GetAsync("Resources")).EnumerateObject()
            .Where(resource => resource.Value.GetProperty("Type").GetString() is "AWS::Lambda::Function")
            .Select(function => function.Value.GetProperty("Properties"))
            .ToArray();

        Assert.All(functions, function => Assert.Equal("Api", function.GetProperty("Handler").GetString()));
        Assert.Equal(
            Enum.GetNames<FunctionRole>().Order(),
            functions.Select(function =>
                function.GetProperty("Environment").GetProperty("Variables").GetProperty("FunctionRole").GetString()).Order());
    }

    [TheoryWith(Tool.Template)]
    [InlineData("Key: [a, b:c]", "Line 1 has b:c without quotes inside of brackets")]
    [InlineData("a: b\nKey: { Ref: AWS::Region }", "Line 2 has AWS::Region without quotes inside of brackets")]
    [InlineData("Key: !If [x, !Ref AWS::NoValue]", "Line 1 has AWS::NoValue without quotes inside of brackets")]
    [InlineData("Key: ['b:c', \"d:e\"]", null)]
    [InlineData("Key: !Ref AWS::Region", null)]
    public async Task Colon_without_quotes_is_found_where_an_old_reader_stops_at_it(string yaml, string? line)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["template"], yaml);

        var output = await CheckAsync(line is null ? 0 : 1, "--syntax", folder["template"]);

        Assert.Equal(line ?? "", output.TrimEnd());
    }

    [FactWith(Tool.Template)]
    public async Task Settings_of_the_functions_are_ones_that_the_app_reads()
    {
        var known = typeof(AuthorizationServerOptions).GetProperties().Concat(typeof(KeyOptions).GetProperties())
            .Select(property => property.Name)
            .Append(FunctionRoles.Variable)
            // The C library reads it.
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
    public async Task First_client_is_left_out_where_it_is_not_wanted(string wanted, bool isThere)
    {
        var resources = await SamTemplate.ResolveAsync(new() { ["FirstClient"] = wanted });

        var settings = resources.GetProperty("ApiFunction").GetProperty("Properties").GetProperty("Environment").GetProperty("Variables");
        Assert.Equal(isThere, settings.TryGetProperty("FirstClientSecretId", out _));
        Assert.True(settings.TryGetProperty("ClientsTable", out _));
        Assert.Equal(isThere, resources.ToString().Contains("FirstClientSecret", StringComparison.Ordinal));
    }

    [FactWith(Tool.Template)]
    public async Task Secret_of_the_first_client_is_one_that_the_log_knows_when_it_sees_it()
    {
        var resources = await SamTemplate.ResolveAsync([]);

        var made = resources.GetProperty("FirstClientSecret").GetProperty("Properties").GetProperty("GenerateSecretString");
        Assert.True(made.GetProperty("PasswordLength").GetInt32() >= 40);
        Assert.True(made.GetProperty("ExcludePunctuation").GetBoolean());
    }

    [FactWith(Tool.Template)]
    public async Task Index_of_the_table_is_the_one_that_the_app_asks()
    {
        var table = await SamTemplate.ClientTableAsync();

        Assert.Equal(
            DynamoItem.Lists, table.GetProperty("GlobalSecondaryIndexes")[0].GetProperty("IndexName").GetString());
    }

    private static TimeSpan ToAnswer => (3 * CustomResource.Timeout) + (2 * CustomResource.Pause);

    [FactWith(Tool.Template)]
    public async Task Gate_has_time_to_answer()
    {
        var function = (await GetAsync("Resources")).GetProperty("GateFunction").GetProperty("Properties");

        Assert.InRange(ReadinessGate.Budget + ToAnswer, TimeSpan.Zero, TimeoutOf(function));
    }

    [FactWith(Tool.Template)]
    public async Task First_key_has_time_to_answer()
    {
        var function = (await GetAsync("Resources")).GetProperty("RotationFunction").GetProperty("Properties");
        // Five requests of 3 s, each sent twice.
        var lastAttempt = TimeSpan.FromSeconds(30);

        Assert.InRange(KeyRotationFunction.Budget + lastAttempt + ToAnswer, TimeSpan.Zero, TimeoutOf(function));
    }

    private static TimeSpan TimeoutOf(JsonElement function) => TimeSpan.FromSeconds(function.GetProperty("Timeout").GetInt32());

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
    public async Task Scopes_are_ones_that_the_app_takes(string value, bool taken)
    {
        var pattern = (await GetAsync("Parameters")).GetProperty("Scopes").GetProperty("AllowedPattern").GetString()!;
        var result = new ScopesValidator().Validate(null, new() { Issuer = "https://issuer.example", Scopes = value });

        Assert.Equal(taken, Regex.IsMatch(value, pattern));
        // The app also takes other spaces.
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
    public async Task Parameter_takes_what_AWS_takes(string name, string value, bool taken)
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
    public async Task Token_lifetime_is_one_that_the_app_takes(string value)
    {
        var pattern = (await GetAsync("Parameters")).GetProperty("AccessTokenLifetime").GetProperty("AllowedPattern").GetString()!;
        // What .NET reads as 24 days is not what anybody means by 24:00:00.
        var taken = TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var lifetime)
            && lifetime >= AuthorizationServerOptions.ShortestTokenLifetime
            && lifetime <= AuthorizationServerOptions.LongestTokenLifetime;

        Assert.Equal(taken, Regex.IsMatch(value, pattern));
    }

    [FactWith(Tool.Template)]
    public async Task Keys_are_ones_that_the_app_takes()
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

    private static async Task<JsonElement> GetAsync(string section) =>
        JsonSerializer.Deserialize<JsonElement>(await Template.Value).GetProperty(section);

    private static async Task<string> CheckAsync(int expected, params string[] arguments)
    {
        var (exitCode, output, error) =
            await ExternalTools.RunAsync(ExternalTools.Repository, "python3", ["test/template/check.py", .. arguments]);
        Assert.True(exitCode == expected, output + error);

        return output;
    }
}
