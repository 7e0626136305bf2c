namespace Api.Tests.Support;

/// <summary>Owners of files. Only root can give a file to another user. If the tests do not run as root, owners stay the same.</summary>
internal static class Ownership
{
    /// <summary>A user that is not root. It need not exist.</summary>
    public const int Other = 12345;

    public static async Task GiveToOtherAsync(params string[] paths)
    {
        if (Environment.IsPrivilegedProcess)
        {
            var (exitCode, _, error) = await ExternalTools.RunAsync("/", "chown", [$"{Other}:{Other}", .. paths]);
            Assert.True(exitCode is 0, error);
        }
    }

    /// <summary>The mode, user and group of a file, as <c>ls</c> prints them.</summary>
    public static async Task<string> OfAsync(string path)
    {
        var (exitCode, output, error) = await ExternalTools.RunAsync("/", "ls", "-ldn", path);
        Assert.True(exitCode is 0, error);
        var columns = output.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        return $"{columns[0].TrimEnd('.', '+')} {columns[2]} {columns[3]}";
    }
}
