using System.Globalization;
using System.Reflection;
using System.Text;

namespace Cluster.Silo;

/// <summary>One setting of a silo: a property of an options class with its names, its range and its default.</summary>
public sealed class Setting
{
    private readonly PropertyInfo _section;
    private readonly PropertyInfo _property;
    private readonly SettingAttribute _about;
    private readonly object? _default;

    internal Setting(PropertyInfo section, PropertyInfo property, SettingAttribute about, object? standard)
    {
        (_section, _property, _about, _default) = (section, property, about, standard);
    }

    /// <summary>Its name in <c>silo.yaml</c>: <c>http.port</c>.</summary>
    public string Key => _about.Key;

    /// <summary>Its environment variable: <c>CLUSTER_SILO_HTTP_PORT</c>.</summary>
    public string Variable => "CLUSTER_SILO_" + Words('_').ToUpperInvariant();

    /// <summary>Its flag: <c>--http-port</c>.</summary>
    public string Flag => "--" + Words('-').ToLowerInvariant();

    /// <summary>What it does.</summary>
    public string Meaning => _about.Meaning;

    /// <summary>Whether its value must never be shown.</summary>
    public bool IsSecret => _about.Secret;

    /// <summary>Its default, as a person writes it; empty for none.</summary>
    public string Default => _about.Default ?? Shown(_default);

    /// <summary>What values it takes.</summary>
    public string Range => Kind switch
    {
        { } t when t == typeof(int) => $"a whole number {Bounds}",
        { } t when t == typeof(double) => $"seconds {Bounds}",
        { } t when t == typeof(bool) => "true or false",
        { IsEnum: true } t => string.Join(", ", Enum.GetNames(t).Select(Camel)),
        _ => _about.Path ? "a path" : "text",
    };

    private Type Kind => Nullable.GetUnderlyingType(_property.PropertyType) ?? _property.PropertyType;

    private string Bounds => double.IsInfinity(_about.Max)
        ? $"of at least {Number(_about.Min)}"
        : $"from {Number(_about.Min)} to {Number(_about.Max)}";

    /// <summary>Its present value as a person writes it; dots stand for a secret.</summary>
    public string ValueOf(SiloSettings settings)
    {
        string shown = Shown(_property.GetValue(_section.GetValue(settings)));
        return IsSecret && shown.Length > 0 ? "(set)" : shown;
    }

    /// <summary>Takes a value from its text.</summary>
    /// <returns>What is wrong with the text; null where it was taken.</returns>
    internal string? Take(SiloSettings settings, string text)
    {
        if (Parse(text.Trim()) is not { } value)
        {
            return IsSecret ? $"must be {Range}" : $"is '{text}', but must be {Range}";
        }

        _property.SetValue(_section.GetValue(settings), value);
        return null;
    }

    private object? Parse(string text)
    {
        if (Kind == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole) && whole >= _about.Min && whole <= _about.Max ? whole : null;
        }

        if (Kind == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= _about.Min && number <= _about.Max ? number : null;
        }

        if (Kind == typeof(bool))
        {
            return text switch { "true" => true, "false" => false, _ => null };
        }

        if (Kind.IsEnum)
        {
            return Enum.GetNames(Kind).FirstOrDefault(name => Camel(name) == text) is { } name ? Enum.Parse(Kind, name) : null;
        }

        return text.Length == 0 || text.Contains('\0', StringComparison.Ordinal) ? null : _about.Path ? System.IO.Path.GetFullPath(text) : text;
    }

    private static string Shown(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        double number => Number(number),
        Enum word => Camel(word.ToString()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>The key's words: <c>gatewayPort</c> and <c>http.port</c> have two.</summary>
    private string Words(char between)
    {
        StringBuilder words = new();
        foreach (char each in Key)
        {
            words.Append(each == '.' ? between.ToString() : char.IsUpper(each) ? $"{between}{char.ToLowerInvariant(each)}" : each.ToString());
        }

        return words.ToString();
    }
}
