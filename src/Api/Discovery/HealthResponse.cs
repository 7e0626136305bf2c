namespace Api.Discovery;

/// <summary>What /health answers as long as the program runs.</summary>
internal sealed record HealthResponse(string Status);
