using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Api.Tests.Startup;

/// <summary>The order of the folders of src/Api: a folder may use only those before it in the list.</summary>
public sealed class FolderTests
{
    private static readonly string[] Folders =
    [
        "Foundation",
        "Configuration",
        "Hosting",
        "Storage",
        "Audit",
        "Administration",
        "OAuth",
        "Keys",
        "Clients",
        "Users",
        "Sessions",
        "Tokens",
        "SignIn",
        "Discovery",
        "Bearer",
        "Routes",
        "ApiDescription",
        "CommandLine",
        "Deployment",
        "Startup",
    ];

    private static readonly Architecture Shipped = new ArchLoader().LoadAssemblies(typeof(Program).Assembly).Build();

    public static TheoryData<string> Upper => [.. Folders[..^1]];

    [Theory]
    [MemberData(nameof(Upper))]
    public void Folder_uses_no_later_folder(string folder) =>
        Types().That().ResideInNamespaceMatching(Namespace(folder))
            .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching(Namespace(Folders[(Array.IndexOf(Folders, folder) + 1)..])))
            .WithoutRequiringPositiveResults()
            .Check(Shipped);

    [Fact]
    public void Every_type_is_in_one_of_the_folders()
    {
        var others = Shipped.Types
            .Where(type => type.FullName.StartsWith("Api.", StringComparison.Ordinal))
            .Select(type => type.FullName.Split('.')[1])
            .Distinct()
            .Except(Folders);

        Assert.Empty(others);
    }

    [Fact]
    public void Every_folder_is_in_the_list() => Assert.Equal(
        Folders.Order(),
        Directory.GetDirectories(Path.Combine(Repository.Path, "src", "Api"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any())
            .Select(folder => Path.GetFileName(folder)!)
            .Except(["bin", "obj"])
            .Order());

    [Fact]
    public void Program_alone_is_at_the_root() => Assert.Equal(
        ["Program.cs"],
        Directory.GetFiles(Path.Combine(Repository.Path, "src", "Api"), "*.cs").Select(Path.GetFileName));

    private static string Namespace(params string[] folders) => $"^Api\\.({string.Join('|', folders)})(\\..*)?$";
}
