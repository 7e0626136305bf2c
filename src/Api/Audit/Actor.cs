namespace Api.Audit;

/// <summary>Who changes clients or keys, by which token, and from where; on the command line, a user of the machine and no more.</summary>
internal sealed record Actor(string Name, string? Jti = null, string? Source = null, string? UserAgent = null);
