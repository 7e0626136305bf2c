using System.Globalization;

namespace Api.Benchmarks;

/// <summary>What to measure, how often, and for how long each time.</summary>
internal sealed record Settings(string Mode, int Rounds, int Seconds, string? Charts = null)
{
    public const string Usage =
        """
        Usage: dotnet run -c Release --project test/Api.Benchmarks -- MODE [--rounds N] [--seconds N] [--charts FOLDER]

          start       from the start of the process to its first answer
          token       tokens per second
          wellknown   discovery and key set requests per second
          guard       guarded requests per second
          trace       which step of a start takes how long
          memory      resident memory, and what a token request allocates
          all         all of these

        By default there are 5 rounds (of three starts each) and 5 seconds. --charts draws into an existing folder. It runs on Linux, on two cores that are otherwise
        idle: one is the app's, one the caller's. It needs wrk and OpenSSL; and, or what they are for is left out, `npm ci` in
        test/Api.Benchmarks/peers and moto (python3 -m pip install -r test/requirements.txt).
        """;

    private static readonly string[] Modes = ["start", "token", "wellknown", "guard", "trace", "memory", "all"];

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
