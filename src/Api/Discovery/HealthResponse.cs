namespace Api.Discovery;

/// <summary>The response of /health.</summary>
internal sealed record HealthResponse(string Status);
