using Microsoft.Extensions.Options;

namespace Api.Configuration;

internal static class SettingsBinder
{
    /// <summary>Reads settings; a value of the wrong type becomes a failed rule like any other wrong value.</summary>
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
