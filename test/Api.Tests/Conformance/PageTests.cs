using System.Reflection;
using System.Text;

namespace Api.Tests.Conformance;

/// <summary>Generates docs/conformance.md from the statements.</summary>
public sealed class PageTests
{
    private static readonly string Page = Path.Combine(Repository.Path, "docs", "conformance.md");

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["RFC 6749"] = "The OAuth 2.0 authorization framework",
        ["RFC 6750"] = "Bearer tokens",
        ["RFC 7515"] = "JSON Web Signature",
        ["RFC 7517"] = "JSON Web Key",
        ["RFC 7518"] = "JSON Web Algorithms",
        ["RFC 7519"] = "JSON Web Token",
        ["RFC 7521"] = "Assertions for client authentication",
        ["RFC 7523"] = "JWTs for client authentication",
        ["RFC 7523bis (draft-ietf-oauth-rfc7523bis)"] = "Updates to the audience of these JWTs",
        ["RFC 7617"] = "HTTP Basic",
        ["RFC 7636"] = "Proof key for code exchange",
        ["RFC 7638"] = "JWK thumbprint",
        ["RFC 8252"] = "Native apps",
        ["RFC 8414"] = "Authorization server metadata",
        ["RFC 8725"] = "Best current practices for JWTs",
        ["RFC 9068"] = "JWT profile for access tokens",
        ["RFC 9110"] = "HTTP semantics",
        ["RFC 9207"] = "The issuer in authorization responses",
        ["RFC 9700"] = "Best current practice for OAuth 2.0 security",
        ["OpenID Connect Discovery 1.0"] = "",
        ["OpenID Config OP"] = "The module of the certification",
        ["OpenID Basic OP"] = "Modules of the certification, each with PKCE added to its request",
        ["OpenID Form Post OP"] = "Modules of the certification, each with PKCE added to its request",
        ["OpenID RP-Initiated Logout OP"] = "Modules of the certification",
    };

    private static IEnumerable<Row> Rows =>
        from type in typeof(PageTests).Assembly.GetTypes()
        where !type.IsAbstract || type.IsSealed
        from method in type.GetMethods()
        let statement = method.GetCustomAttribute<StatementAttribute>()
        where statement is not null
        select new Row(type, method.Name, statement);

    [Fact]
    public void Every_statement_is_whole_and_runs() => Assert.All(Rows, row =>
    {
        Assert.Contains(row.Document, Titles.Keys);
        Assert.Equal(row.Statement.Holds, row.Statement.Because is null);
        Assert.Null(row.Statement.Skip);
        Assert.All(row.Sentences, sentence => Assert.Matches(@"^[^|\n]{3,}[^|\n.]$", sentence));
    });

    [Fact]
    public async Task Page_is_up_to_date()
    {
        var page = Render([.. Rows]);

        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") is "1")
        {
            await File.WriteAllTextAsync(Page, page);
        }

        Assert.True(
            File.Exists(Page) && await File.ReadAllTextAsync(Page) == page,
            "docs/conformance.md is out of date. Run `UPDATE_DOCS=1 dotnet test --filter Page_is_up_to_date`.");
    }

    private static string Render(Row[] rows)
    {
        var documents = Titles.Keys.ToDictionary(title => title, title => rows.Where(row => row.Document == title).ToArray());
        var text = new StringBuilder();
        text.Append(
            """
            # Conformance

            This page lists what the standards require of a server that issues access tokens to its own clients, and whether this server
            does it. Each row is a test in `test/Api.Tests/Conformance`. Most of these tests use HTTP. This page is generated from the
            tests, and a test checks that it is up to date. If a requirement does not hold, its test verifies what happens instead.


            """);
        text.Append("| document | holds | does not hold |\n| --- | ---: | ---: |\n");

        foreach (var (title, own) in documents)
        {
            text.Append(Counts(Heading(title), own));
        }

        text.Append(Counts("total", rows));

        foreach (var (title, own) in documents)
        {
            text.Append($"\n## {Heading(title)}\n\n| § | given | when | then | test | verdict |\n| --- | --- | --- | --- | --- | --- |\n");
            text.AppendJoin("", own.OrderBy(row => row.Order, StringComparer.Ordinal).ThenBy(row => row.Test, StringComparer.Ordinal));
        }

        return text.ToString();
    }

    private static string Heading(string document) => Titles[document] is "" ? document : $"{document}: {Titles[document]}";

    private static string Counts(string name, Row[] rows) =>
        $"| {name} | {rows.Count(row => row.Statement.Holds)} | {rows.Count(row => !row.Statement.Holds)} |\n";

    /// <summary>One statement and its test.</summary>
    private sealed record Row(Type Type, string Test, StatementAttribute Statement)
    {
        public string Document => Type.GetCustomAttribute<DocumentAttribute>()?.Name ?? Statement.Section.Split(" §")[0];

        public string[] Sentences => [Statement.Given, Statement.When, Statement.Then, Statement.Because ?? Statement.Then];

        /// <summary>Sorts section 10 after section 9.</summary>
        public string Order => string.Join('.', Section.Split('.').Select(part => part.PadLeft(3, '0')));

        private string Section => Statement.Section.Split(" §")[1];

        public override string ToString() =>
            $"| {Section} | {Statement.Given} | {Statement.When} | {Statement.Then} | {Type.Name}.{Test} | "
            + (Statement.Holds ? "holds |\n" : $"**does not hold**: {Statement.Because} |\n");
    }
}
