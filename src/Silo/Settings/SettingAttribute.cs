namespace Cluster.Silo;

/// <summary>Makes a property of an options class a setting of <c>cluster silo</c>: its name, its meaning and its range.</summary>
/// <param name="key">Its name in <c>silo.yaml</c>, dots between the maps: <c>http.port</c>.</param>
/// <param name="meaning">What it does, as one line of help.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string key, string meaning) : Attribute
{
    public string Key => key;

    public string Meaning => meaning;

    /// <summary>The least value of a number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest value of a number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>The default in words, where it is worked out at start.</summary>
    public string? Default { get; init; }

    /// <summary>Whether its value must never be shown.</summary>
    public bool Secret { get; init; }

    /// <summary>Whether it is a path, which is relative to where the silo is started.</summary>
    public bool Path { get; init; }
}
