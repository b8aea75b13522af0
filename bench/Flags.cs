using System.Globalization;

namespace Cluster.Bench;

/// <summary><c>--name value</c> pairs.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, string> _values = [];

    public Flags(string[] args)
    {
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            _values[args[i].TrimStart('-')] = args[i + 1];
        }
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public int Number(string name, int fallback) =>
        _values.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
