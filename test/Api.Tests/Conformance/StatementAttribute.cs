namespace Api.Tests.Conformance;

/// <summary>A requirement of a standard in our own words, with its test: a row of docs/conformance.md.</summary>
/// <param name="section">The document and section, such as <c>RFC 6749 §5.1</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StatementAttribute(string section) : FactAttribute
{
    public string Section { get; } = section;

    public required string Given { get; init; }

    public required string When { get; init; }

    /// <summary>What the standard requires, whether it holds or not.</summary>
    public required string Then { get; init; }

    /// <summary>If false, the test verifies what happens instead.</summary>
    public bool Holds { get; init; } = true;

    /// <summary>What happens instead, and why.</summary>
    public string? Because { get; init; }
}

/// <summary>The document of the statements that a class inherits from another one.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class DocumentAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
