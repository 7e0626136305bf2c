using System.Text.Json;

namespace Api.Tests.Soak;

/// <summary>A person and the tokens of the app.</summary>
internal sealed class Person(string name, string sub)
{
    private volatile bool _isLeaving;
    private volatile bool _hasLeft;

    public string Name => name;

    public string Sub => sub;

    public Visitor Browser { get; } = new();

    public string? RefreshToken { get; private set; }

    public string? AccessToken { get; private set; }

    /// <summary>Set before the request that ends the sign-in.</summary>
    public bool IsLeaving
    {
        get => _isLeaving;
        set => _isLeaving = value;
    }

    /// <summary>Set after its answer.</summary>
    public bool HasLeft
    {
        get => _hasLeft;
        set => _hasLeft = value;
    }

    public void Take(JsonElement tokens) =>
        (RefreshToken, AccessToken) = (tokens.GetProperty("refresh_token").GetString(), tokens.GetProperty("access_token").GetString());
}
