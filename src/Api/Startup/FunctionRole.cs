using Api.Foundation;
using Microsoft.Extensions.Options;

namespace Api.Startup;

/// <summary>
/// What this executable does as a Lambda function. All functions of the template have the same package and the same handler,
/// <c>Api</c>; the environment variable <c>FunctionRole</c> of each one chooses its role.
/// </summary>
internal enum FunctionRole
{
    /// <summary>Serves the web API. The default, and the only role outside Lambda.</summary>
    Api,

    /// <summary>Rotates the signing keys, and makes the first one during a deployment.</summary>
    KeyRotation,

    /// <summary>Revokes a signing key.</summary>
    KeyRevocation,

    /// <summary>Holds a deployment until the issuer answers.</summary>
    ReadinessGate,
}

internal static class FunctionRoles
{
    /// <summary>The environment variable that names the role.</summary>
    public const string Variable = nameof(FunctionRole);

    /// <summary>Reads the role of this process from the environment.</summary>
    /// <exception cref="OptionsValidationException">There is no such role, or it needs Lambda and this is another machine.</exception>
    public static FunctionRole Read()
    {
        var name = Environment.GetEnvironmentVariable(Variable);

        // By name alone: Enum.TryParse takes numbers and lists as well.
        var role = string.IsNullOrEmpty(name)
            ? FunctionRole.Api
            : Enum.GetValues<FunctionRole>().Cast<FunctionRole?>().FirstOrDefault(role => role.ToString() == name);

        return role switch
        {
            null => throw Invalid($"{Variable} '{name}' must be {string.Join(", ", Enum.GetNames<FunctionRole>())}, or not set."),
            not FunctionRole.Api when !LambdaEnvironment.IsActive => throw Invalid($"{Variable} '{name}' works on AWS Lambda only. Remove the variable."),
            { } known => known,
        };
    }

    private static OptionsValidationException Invalid(string message) => new(Variable, typeof(FunctionRole), [message]);
}
