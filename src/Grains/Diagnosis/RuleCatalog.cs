namespace Cluster.Grains;

/// <summary>One of each rule, for documentation and alerts.</summary>
internal static class RuleCatalog
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new NonFiniteRule(), new DivergingRule(null), new StalledRule(), new DiscriminatorWinsRule(), new ModeCollapseRule(), new PosteriorCollapseRule(),
        new OverfittingRule(1), new StuckChainsRule(), new DeadAtomsRule(1), .. TimeRules.All,
    ];
}
