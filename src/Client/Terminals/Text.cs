using System.Globalization;
using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>Numbers and names as people read them, the same in every locale.</summary>
internal static class Text
{
    /// <summary>Steps per second: three digits that matter.</summary>
    public static string Rate(double stepsPerSecond) => stepsPerSecond switch
    {
        <= 0 or double.NaN => "– steps/s",
        < 10 => stepsPerSecond.ToString("0.00", CultureInfo.InvariantCulture) + " steps/s",
        < 100 => stepsPerSecond.ToString("0.0", CultureInfo.InvariantCulture) + " steps/s",
        _ => stepsPerSecond.ToString("0", CultureInfo.InvariantCulture) + " steps/s",
    };

    /// <summary><c>0:07</c>, <c>12:34</c>, <c>3:02:01</c>, <c>2d 03:02:01</c>.</summary>
    public static string Clock(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => time.ToString(@"d\d\ hh\:mm\:ss", CultureInfo.InvariantCulture),
        { TotalHours: >= 1 } => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => time.ToString(@"m\:ss", CultureInfo.InvariantCulture),
    };

    /// <summary><c>7.1 s</c> below a minute, a clock above.</summary>
    public static string Duration(TimeSpan time) => time.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : Clock(time);

    /// <summary>Time that the remaining steps need at the present rate; null before there is a rate.</summary>
    public static string? Left(RunStatus status)
    {
        double seconds = (status.Steps - status.Step) / status.StepsPerSecond;
        return status.StepsPerSecond > 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2
            ? Clock(TimeSpan.FromSeconds(Math.Ceiling(Math.Round(seconds, 3))))
            : null;
    }

    /// <summary><c>1200/6000</c>.</summary>
    public static string Steps(long step, long steps) => string.Create(CultureInfo.InvariantCulture, $"{step}/{steps}");

    /// <summary>Each figure with its usual name, those of a GAN first: <c>D loss 1.0123</c>.</summary>
    public static IReadOnlyList<string> Figures(IReadOnlyDictionary<string, double> figures) =>
    [
        .. figures.OrderBy(each => Order(each.Key)).ThenBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => $"{Name(each.Key)} {each.Value.ToString("0.0000", CultureInfo.InvariantCulture)}"),
    ];

    /// <summary>A run's state as one word.</summary>
    public static string State(RunState state) => state.ToString().ToLowerInvariant();

    /// <summary>A time in the zone of the reader.</summary>
    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static int Order(string figure) => figure switch
    {
        "discriminatorLoss" => 0,
        "generatorLoss" => 1,
        "realScore" => 2,
        "fakeScore" => 3,
        _ => 4,
    };

    private static string Name(string figure) => figure switch
    {
        "discriminatorLoss" => "D loss",
        "generatorLoss" => "G loss",
        "realScore" => "D(x)",
        "fakeScore" => "D(G(z))",
        _ => figure,
    };
}
