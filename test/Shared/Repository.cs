namespace Shared;

/// <summary>The folder of this repository.</summary>
internal static class Repository
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Api.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
