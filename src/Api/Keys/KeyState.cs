namespace Api.Keys;

/// <summary>What a key is for at one moment.</summary>
internal enum KeyState
{
    /// <summary>Published, does not sign yet: verifiers that cache key sets have to learn of it first.</summary>
    Pending,

    /// <summary>Published and signs.</summary>
    Active,

    /// <summary>Published, signs no more: tokens it signed are still alive.</summary>
    Retiring,

    /// <summary>Neither published nor signing.</summary>
    Gone,
}
