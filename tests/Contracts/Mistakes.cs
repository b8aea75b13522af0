using Cluster.Contracts.Experiments;

namespace Cluster.Contracts.Tests;

/// <summary>Shorthand for tests of messages.</summary>
internal static class Mistakes
{
    public static string Of(string yaml, params string[] overrides) =>
        Assert.Throws<ExperimentFileException>(() => ExperimentFile.Parse(yaml, "x.yaml", overrides)).Message;

    public static ExperimentFile Good(string yaml, params string[] overrides) => ExperimentFile.Parse(yaml, "x.yaml", overrides);
}
