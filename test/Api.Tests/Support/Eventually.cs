namespace Api.Tests.Support;

/// <summary>Waits for what happens in the background.</summary>
internal static class Eventually
{
    /// <summary>Fails where the condition does not come to hold within half a minute.</summary>
    public static async Task IsTrueAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 300, "It does not come to pass.");
            await Task.Delay(100);
        }
    }
}
