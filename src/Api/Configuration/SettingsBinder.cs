using Microsoft.Extensions.Options;

namespace Api.Configuration;

internal static class SettingsBinder
{
    /// <summary>Binds settings. A value of the wrong type throws the same exception as a value that fails validation.</summary>
    public static void Bind<TOptions>(Action bind)
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException exception)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), [exception.Message.TrimEnd('.') + "."]);
        }
    }
}
