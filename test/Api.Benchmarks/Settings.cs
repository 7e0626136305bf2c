using System.Globalization;

namespace Api.Benchmarks;

/// <summary>The command line: what to measure, how often, and for how long.</summary>
internal sealed record Settings(string Mode, int Rounds, int Seconds, string? Charts = null)
{
    public const string Usage =
        """
        Usage: dotnet run -c Release --project test/Api.Benchmarks -- MODE [--rounds N] [--seconds N] [--charts FOLDER]

          start       time from the start of the process to its first response
          token       tokens per second
          signin      sign-ins per second, from the authorization request to the tokens, and refreshes
          wellknown   discovery and key set requests per second
          guard       requests to a protected route per second
          memory      resident memory, and bytes allocated for a token request
          all         all of these

        The default is 5 rounds of 5 seconds; a round of `start` has three starts. --charts writes charts into an existing folder.

        The program runs on Linux and needs wrk, OpenSSL and two idle cores, one for the app and one for the load. Comparisons are left out
        without `npm ci` in test/Api.Benchmarks/peers, and without moto (python3 -m pip install -r test/requirements.txt).
        """;

    private static readonly string[] Modes = ["start", "token", "signin", "wellknown", "guard", "memory", "all"];

    public static Settings? Parse(string[] arguments)
    {
        if (arguments is not [var mode, .. var options] || !Modes.Contains(mode))
        {
            return null;
        }

        var settings = new Settings(mode, Rounds: 5, Seconds: 5);

        foreach (var option in options.Chunk(2))
        {
            if (option is ["--charts", var folder] && Directory.Exists(folder))
            {
                settings = settings with { Charts = folder };
                continue;
            }

            if (option is not [var name, var text]
                || !int.TryParse(text, CultureInfo.InvariantCulture, out var number)
                || number < 1)
            {
                return null;
            }

            switch (name)
            {
                case "--rounds":
                    settings = settings with { Rounds = number };
                    break;
                case "--seconds":
                    settings = settings with { Seconds = number };
                    break;
                default:
                    return null;
            }
        }

        return settings;
    }

    public bool Includes(string mode) => Mode == mode || Mode is "all";
}
