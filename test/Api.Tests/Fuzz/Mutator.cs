using System.Buffers;
using System.Text;

namespace Api.Tests.Fuzz;

/// <summary>Makes random changes to inputs, which are the same for the same seed and inputs.</summary>
internal sealed class Mutator(int seed, params string[] words)
{
    private const int MaximumLength = 100_000;

    private static readonly SearchValues<byte> Marks = SearchValues.Create("\"{}[]:,.&="u8);

    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "", "\0", "\r\n", " ", "\"", "\\", "\\ud800", "\\u0000", "%", "%zz", "%00", "%ff", "&", "=", "+", ";", ",", ":", ".", "..",
            "/", "//", "{}", "[]", "[[[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}", "null",
            "true", "\"\"", "0", "-1", "1e400", "-1e400", "1E-400", "0.1", "2147483648", "-2147483649", "9223372036854775808",
            "253402300800",
            "99999999999999999999999999999999999999999999", "NaN", "9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00+14:00",
            "\ufeff", "\u202e", "ı", "ﬀ", "\U0001f511", "=====", "AAAA",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xef, 0xbf, 0xbe],
        [0xff, 0xfe, 0x41, 0x00],
    ];

    private readonly byte[][] _words = [.. Fragments, .. words.Select(Encoding.UTF8.GetBytes)];
    private readonly Random _random = new(seed);

    public T Choose<T>(params IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    /// <summary>Returns one of the inputs with up to six changes.</summary>
    public byte[] Mutate(params IReadOnlyList<byte[]> inputs)
    {
        var input = Choose(inputs);

        for (var changes = _random.Next(7); changes > 0 && input.Length <= MaximumLength; changes--)
        {
            input = Change(input, Choose(inputs));
        }

        return input;
    }

    public string Mutate(params IReadOnlyList<string> inputs) =>
        Encoding.UTF8.GetString(Mutate([.. inputs.Select(Encoding.UTF8.GetBytes)]));

    private byte[] Change(byte[] input, byte[] other)
    {
        var (start, end) = Range(input);

        return _random.Next(9) switch
        {
            0 => Flip(input),
            1 => input[..start],
            2 => [.. input[..start], .. input[end..]],
            3 => [.. input[..start], .. Choose(_words), .. input[end..]],
            4 => [.. input[..start], .. Choose(_words), .. input[start..]],
            5 => [.. input[..end], .. input[start..]],
            6 => [.. input[..start], .. Repeated(input[start..end]), .. input[end..]],
            7 => [.. input[..start], .. other[Range(other).Start..]],
            _ => [.. input[..start], (byte)_random.Next(256), .. input[Math.Min(start + 1, input.Length)..]],
        };
    }

    private byte[] Flip(byte[] input)
    {
        byte[] flipped = [.. input];

        if (flipped is not [])
        {
            flipped[_random.Next(flipped.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return flipped;
    }

    private byte[] Repeated(byte[] part)
    {
        var repeated = new byte[Math.Min(part.Length << _random.Next(14), MaximumLength)];

        for (var index = 0; index < repeated.Length; index++)
        {
            repeated[index] = part[index % part.Length];
        }

        return repeated;
    }

    // A range between two syntax characters, which often is a token of the language, or any range.
    private (int Start, int End) Range(byte[] input)
    {
        var (first, second) = (_random.Next(input.Length + 1), _random.Next(input.Length + 1));
        var marks = _random.Next(2) is 0 ? MarksIn(input) : [];
        var mark = _random.Next(Math.Max(marks.Count, 1));

        return marks is [] ? (Math.Min(first, second), Math.Max(first, second))
            : (marks[mark] + 1, mark + 1 < marks.Count ? marks[mark + 1] : input.Length);
    }

    private static List<int> MarksIn(ReadOnlySpan<byte> input)
    {
        var found = new List<int>();

        for (var index = 0; index < input.Length; index++)
        {
            if (Marks.Contains(input[index]))
            {
                found.Add(index);
            }
        }

        return found;
    }
}
