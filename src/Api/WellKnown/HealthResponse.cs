namespace Api.WellKnown;

/// <summary>What /health answers as long as the program runs.</summary>
internal sealed record HealthResponse(string Status);
