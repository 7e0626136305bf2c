namespace Api.Keys;

/// <summary>The state of a signing key at a point in time.</summary>
internal enum KeyState
{
    /// <summary>Published, but does not sign yet, because verifiers with a cached key set do not know it.</summary>
    Pending,

    /// <summary>Published and signs.</summary>
    Active,

    /// <summary>Published, but no longer signs. Tokens that it signed are still valid.</summary>
    Retiring,

    /// <summary>Not published, and does not sign.</summary>
    Gone,
}
