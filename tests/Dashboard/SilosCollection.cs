namespace Cluster.Dashboard.Tests;

/// <summary>Tests with silos run one after the other: they share what a configurator finds.</summary>
[CollectionDefinition("silos", DisableParallelization = true)]
public sealed class SilosCollection;
