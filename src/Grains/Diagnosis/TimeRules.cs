namespace Cluster.Grains;

/// <summary>The rules that watch where time goes, the same for all families.</summary>
internal static class TimeRules
{
    public static IReadOnlyList<Rule> All { get; } = [new StragglerRule(), new ExchangeBoundRule(), new InputBoundRule()];
}
