namespace Api.Tests.Support;

/// <summary>Waits for work in the background.</summary>
internal static class Eventually
{
    public static Task IsTrueAsync(Func<bool> condition) => IsTrueAsync(() => Task.FromResult(condition()));

    /// <summary>Waits until the condition is true, and fails after 30 seconds.</summary>
    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            Assert.True(attempt < 600, "The condition is still false.");
            await Task.Delay(50);
        }
    }
}
