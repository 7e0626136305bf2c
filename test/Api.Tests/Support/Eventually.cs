namespace Api.Tests.Support;

/// <summary>Waits for work in the background.</summary>
internal static class Eventually
{
    /// <summary>Waits until the condition is true, and fails after 30 seconds.</summary>
    public static async Task IsTrueAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 300, "It does not come to pass.");
            await Task.Delay(100);
        }
    }
}
