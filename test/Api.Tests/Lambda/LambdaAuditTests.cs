using System.Text.Json;
using System.Text.RegularExpressions;
using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>The audit events in CloudWatch: a line of JSON for each token, written before the response.</summary>
public sealed partial class LambdaAuditTests(LambdaApi api) : IClassFixture<LambdaApi>
{
    [Fact]
    public async Task Issued_token_is_a_line_of_JSON_with_its_members()
    {
        var token = await api.GetTokenAsync();

        var line = (await LinesAsync("token_issued", 1))[^1];
        var values = line.GetProperty("values");
        Assert.Equal("Information", line.GetProperty("level").GetString());
        Assert.Equal("Api.Audit.AuditLog", line.GetProperty("category").GetString());
        Assert.Equal(
            ["client_id", "jti", "method", "reused", "scope", "source"],
            values.EnumerateObject().Select(value => value.Name).Order());
        Assert.Equal(LambdaApi.ClientId, values.GetProperty("client_id").GetString());
        Assert.False(values.GetProperty("reused").GetBoolean());
        Assert.DoesNotContain(token, api.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Secret, api.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metric_of_the_template_counts_invalid_client()
    {
        var pattern = (await File.ReadAllLinesAsync(Path.Combine(Repository.Path, "serverless.template")))
            .Single(line => line.Contains("FilterPattern", StringComparison.Ordinal) && line.Contains("invalid_client", StringComparison.Ordinal));
        var filter = Condition().Matches(pattern).Select(match => (Path: match.Groups[1].Value, match.Groups[2].Value)).ToArray();
        Assert.Equal(["event", "values.error"], filter.Select(condition => condition.Path));

        await PostAsync("wrong");
        await PostAsync(api.Secret, "&scope=OTHER");

        var lines = await LinesAsync("token_refused", 2);
        Assert.Equal(2, lines.Length);
        var counted = Assert.Single(lines, line => filter.All(condition => condition.Path.Split('.')
            .Aggregate(line, (element, name) => element.GetProperty(name)).GetString() == condition.Value));
        Assert.Equal(LambdaApi.ClientId, counted.GetProperty("values").GetProperty("claimed_id").GetString());
    }

    private Task<GatewayResponse> PostAsync(string secret, string more = "") => api.SendAsync(GatewayRequest.Post(
        "/oauth2/token",
        "application/x-www-form-urlencoded",
        $"grant_type=client_credentials&client_id={LambdaApi.ClientId}&client_secret={secret}{more}"));

    // The lines may still be in the pipe.
    private async Task<JsonElement[]> LinesAsync(string name, int count)
    {
        await Eventually.IsTrueAsync(() => Lines(name).Length >= count);

        return Lines(name);
    }

    private JsonElement[] Lines(string name) =>
    [
        .. api.Log.Split('\n')
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(line => line.GetProperty("event").GetString() == name),
    ];

    // { $.event = "token_refused" && $.values.error = "invalid_client" }
    [GeneratedRegex("""\$\.([a-z.]+) = "([a-z_]+)"(?= (?:&&|\}'))""")]
    private static partial Regex Condition();
}
