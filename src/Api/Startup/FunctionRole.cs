using Api.Foundation;
using Microsoft.Extensions.Options;

namespace Api.Startup;

/// <summary>
/// The role of this executable as a Lambda function. All functions in the template use the same package and the handler
/// <c>Api</c>. The environment variable <c>FunctionRole</c> selects the role.
/// </summary>
internal enum FunctionRole
{
    /// <summary>Serves the web API. This is the default, and the only role outside Lambda.</summary>
    Api,

    /// <summary>Rotates the signing keys and creates the first key during a deployment.</summary>
    KeyRotation,

    /// <summary>Revokes a signing key.</summary>
    KeyRevocation,

    /// <summary>Holds a deployment until the issuer is ready.</summary>
    ReadinessGate,
}

internal static class FunctionRoles
{
    /// <summary>The environment variable that names the role.</summary>
    public const string Variable = nameof(FunctionRole);

    /// <summary>Reads the role of this process from the environment.</summary>
    /// <exception cref="OptionsValidationException">
    /// The role does not exist, or it requires Lambda and the process runs elsewhere.
    /// </exception>
    public static FunctionRole Read()
    {
        var name = Environment.GetEnvironmentVariable(Variable);

        // Compare names: Enum.TryParse also accepts numbers and lists.
        var role = string.IsNullOrEmpty(name)
            ? FunctionRole.Api
            : Enum.GetValues<FunctionRole>().Cast<FunctionRole?>().FirstOrDefault(role => role.ToString() == name);

        return role switch
        {
            null => throw Invalid($"{Variable} '{name}' must be {string.Join(", ", Enum.GetNames<FunctionRole>())}, or not set."),
            not FunctionRole.Api when !LambdaEnvironment.IsActive =>
                throw Invalid($"{Variable} '{name}' requires AWS Lambda. Unset the variable."),
            { } known => known,
        };
    }

    private static OptionsValidationException Invalid(string message) => new(Variable, typeof(FunctionRole), [message]);
}
