namespace Api.OAuth;

/// <summary>The <c>sub</c> of tokens (RFC 7519 §4.1.2): the ID of a client, or of a user.</summary>
internal static class Subject
{
    /// <summary>The start of the ID of every user. No new client ID starts with it, so that no client can pass as a user (RFC 9068 §5).</summary>
    public const string UserPrefix = "usr_";

    /// <summary>
    /// Returns why a client cannot be registered with this ID, or null if it can. An ID that is equal to the audience would let an ID token
    /// pass as an access token.
    /// </summary>
    public static string? FaultOfClientId(string clientId, string audience) =>
        clientId.StartsWith(UserPrefix, StringComparison.OrdinalIgnoreCase) ? $"must not start with {UserPrefix}, like the IDs of users"
        : clientId == audience ? "must not be the Audience, or the client's ID tokens could pass as access tokens"
        : null;
}
