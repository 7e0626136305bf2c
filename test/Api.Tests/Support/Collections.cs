namespace Api.Tests.Support;

#pragma warning disable CA1711 // Collection is the framework's term.

/// <summary>
/// Tests that change what the whole process shares, such as environment variables and the default proxy. They run after all others,
/// one at a time.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

/// <summary>Tests of clients, commands and roles that share an AWS emulator.</summary>
[CollectionDefinition(Name)]
public sealed class MotoCollection : ICollectionFixture<MotoServer>
{
    public const string Name = "moto";
}

/// <summary>Tests of signing keys that share an AWS emulator.</summary>
[CollectionDefinition(Name)]
public sealed class MotoKeysCollection : ICollectionFixture<MotoServer>
{
    public const string Name = "moto keys";
}

/// <summary>Tests of the published app, which start the most processes, and share an AWS emulator.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<MotoServer>
{
    public const string Name = "gateway";
}
