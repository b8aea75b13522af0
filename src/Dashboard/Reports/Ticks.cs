using System.Globalization;

namespace Cluster.Dashboard;

/// <summary>Round numbers along an axis.</summary>
internal static class Ticks
{
    /// <summary>Multiples of 1, 2 or 5 times a power of ten within a range, about <paramref name="count"/> of them.</summary>
    public static IReadOnlyList<double> Between(double low, double high, int count)
    {
        if (!(high > low))
        {
            return [low];
        }

        double raw = (high - low) / count;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * ((raw / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 });
        List<double> ticks = [];
        for (double index = Math.Ceiling(low / step); index * step <= high + (step * 1e-9); index++)
        {
            ticks.Add(index * step);
        }

        return ticks;
    }

    /// <summary>A number in few characters: <c>12k</c>, <c>0.25</c>, <c>3e-7</c>.</summary>
    public static string Text(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            >= 1e9 or < 1e-4 => value.ToString("0.##e+0", CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal),
            >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
            >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
            >= 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
            >= 1 => value.ToString("0.###", CultureInfo.InvariantCulture),
            _ => value.ToString("0.#####", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A metric's key as words: <c>discriminatorLoss</c> is <c>discriminator loss</c>.</summary>
    public static string Words(string key)
    {
        System.Text.StringBuilder words = new(key.Length + 8);
        for (int at = 0; at < key.Length; at++)
        {
            bool begins = at > 0 && char.IsUpper(key[at]) && char.IsLower(key[at - 1]);
            bool ends = at + 1 == key.Length || !char.IsUpper(key[at + 1]);
            words.Append(begins ? " " : "").Append(begins && ends ? char.ToLowerInvariant(key[at]) : key[at]);
        }

        return words.Replace('_', ' ').ToString();
    }
}
