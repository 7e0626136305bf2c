namespace Api.Audit;

/// <summary>
/// Who made a change, with which token and from where. On the command line, only the operating system user is known.
/// </summary>
internal sealed record Actor(string Name, string? Jti = null, string? Source = null, string? UserAgent = null);
