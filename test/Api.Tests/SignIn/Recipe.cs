using System.Text.RegularExpressions;

namespace Api.Tests.SignIn;

/// <summary>The code blocks of docs/sign-in.md, so that the tests run what people copy.</summary>
internal static partial class Recipe
{
    /// <summary>The first code block of the language below the heading, with other addresses.</summary>
    public static string Read(string heading, string language, params (string Written, string Used)[] addresses)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Path, "docs", "sign-in.md"));
        var section = page[page.IndexOf($"# {heading}\n", StringComparison.Ordinal)..];
        var block = Blocks().Matches(section).First(match => match.Groups["language"].Value == language);

        return addresses.Aggregate(
            block.Groups["code"].Value, (code, address) => code.Replace(address.Written, address.Used, StringComparison.Ordinal));
    }

    [GeneratedRegex("^ *```(?<language>[a-z]+)\n(?<code>.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
