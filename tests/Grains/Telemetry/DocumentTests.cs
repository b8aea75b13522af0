namespace Cluster.Grains.Tests;

/// <summary>docs/telemetry.md is what the code says.</summary>
[Trait("Orleans", "either")]
public sealed class DocumentTests
{
    [Fact]
    public void The_page_is_the_generated_text()
    {
        string generated = TelemetryReference.ToMarkdown(), fresh = Path.Combine(AppContext.BaseDirectory, "telemetry.generated.md");
        File.WriteAllText(fresh, generated);
        string page = Path.Combine(AppContext.BaseDirectory, "docs", "telemetry.md");
        Assert.True(File.Exists(page) && File.ReadAllText(page) == generated, $"docs/telemetry.md is not what the code says; copy {fresh} over it");
    }

    [Fact]
    public void Every_instrument_has_its_tags_listed_and_every_list_an_instrument() =>
        Assert.Equal(InstrumentTags.All.Keys, TelemetryReference.Instruments().Select(each => each.Name));

    [Fact]
    public void Signals_and_rules_have_names_of_their_own()
    {
        Assert.Equal(SignalCatalog.All.Count, SignalCatalog.All.Select(each => each.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(RuleCatalog.All.Count, RuleCatalog.All.Select(each => each.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("generator.updateRatio", SignalCatalog.Of("generator.updateRatio")?.Name.Replace("{role}", "generator", StringComparison.Ordinal));
        Assert.Null(SignalCatalog.Of("generator.nothing"));
        Assert.Null(SignalCatalog.Of("klx0"));
    }

    [Fact]
    public void Every_rule_of_a_family_is_in_the_catalog()
    {
        // Each file of the folder that holds a rule is one of them.
        string[] rules = [.. typeof(Rule).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Rule))).Select(type => type.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(rules, RuleCatalog.All.Select(rule => rule.GetType().Name).Order(StringComparer.Ordinal));
    }
}
