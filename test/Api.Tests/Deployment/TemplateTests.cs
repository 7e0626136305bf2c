using System.Text.Json;
using Api.Deployment;
using Api.Startup;
using Api.Storage;
using Api.Tests.Support;
using static Api.Tests.Deployment.CheckedTemplate;

namespace Api.Tests.Deployment;

/// <summary>The order, the routes and the permissions of serverless.template.</summary>
public sealed class TemplateTests
{
    private static readonly Lazy<Task<string>> Found = new(() => CheckAsync(0, "--mutations"));

    /// <summary>Each mistake that test/template/mutations.py makes, with a line that the check must print for it.</summary>
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
        { "other-keys", "DataTable does not have the keys pk and sk" },
        { "no-index", "DataTable does not have the index lists with whole items, and no other" },
        { "index-of-keys", "DataTable does not have the index lists with whole items, and no other" },
        { "provisioned-table", "DataTable costs something while nobody uses it" },
        { "no-expiry", "DataTable does not remove what has expired at expires_at" },
        { "other-expiry", "DataTable does not remove what has expired at expires_at" },
        { "no-recovery", "DataTable cannot be brought back to an earlier point in time" },
        { "table-lost-when-replaced", "DataTable does not go with the stack, or does not outlive its replacement" },
        { "named-table", "DataTable has a name of its own, so that it cannot be replaced" },
        { "table-scanned", "ApiFunction does not need dynamodb:Scan on DataTable" },
        { "no-deletion", "ApiFunction lacks dynamodb:DeleteItem on DataTable" },
        { "index-not-read", "ApiFunction lacks dynamodb:Query on DataTable/index/lists" },
        { "any-index", "ApiRole has the wildcard {'Fn::Sub': '${DataTable.Arn}/index/*'}" },
        { "rotation-reads-clients", "RotationRole gives rights on DataTable to another function than ApiFunction" },
        { "gate-reads-clients", "GateRole gives rights on DataTable to another function than ApiFunction" },
        { "other-table", "ApiFunction is told of another table than it should be" },
        { "rotation-told-of-table", "RotationFunction is told of another table than it should be" },
        { "first-client-always", "FirstClientSecret is there even where no first client is wanted" },
        { "setting-without-secret", "ApiFunction needs FirstClientSecret, which is not always there" },
        { "right-without-secret", "ApiRole needs FirstClientSecret, which is not always there" },
        { "output-without-secret", "FirstClientSecretArn needs FirstClientSecret, which is not always there" },
        { "no-sign-in-throttle", "Stage does not throttle ANY /sign-in/{proxy+} on its own" },
        { "no-throttle-without-sign-in", "Stage does not throttle POST /oauth2/token on its own" },
        { "sign-in-throttle-always", "Stage throttles ANY /sign-in, which is not always a route" },
        { "sign-in-throttle-before-route", "Stage throttles ANY /account/{proxy+} before that route exists" },
        { "stage-needs-sign-in", "Stage needs SignInRoute, which is not always there" },
        { "no-enrollment-route", "There is no route ANY /enroll/{proxy+}" },
        { "account-route-always", "Route ANY /account does not follow the parameter SignIn as it should" },
        { "health-only-with-sign-in", "Route GET /health does not follow the parameter SignIn as it should" },
        {
            "whole-sign-in-open",
            "Route ANY /{proxy+} matches any path, so another spelling of a guarded path would pass by the authorizer"
        },
        { "first-person-always", "FirstPersonCommand is there even where nobody can sign in" },
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
        var (exitCode, output, error) = await ExternalTools.RunAsync(Repository.Path, "cfn-lint", "serverless.template");

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
    public async Task Index_of_the_table_is_the_one_that_the_app_asks()
    {
        var table = await SamTemplate.DataTableAsync();

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
}
