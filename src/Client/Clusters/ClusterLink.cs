using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>The cluster that a verb works with: one silo in this process, or one of other processes that <c>--connect</c> names.</summary>
internal abstract class ClusterLink : IAsyncDisposable
{
    /// <summary>What <c>--connect</c> said, for commands to copy; null for this process's own silo.</summary>
    public abstract string? Address { get; }

    /// <summary>Reaches its actors.</summary>
    public abstract IGrainFactory Grains { get; }

    /// <summary>The actor of a run.</summary>
    public IExperimentGrain Experiment(string run) => Grains.GetGrain<IExperimentGrain>(run);

    /// <summary>The cluster as a whole; null for this process's own silo, which has no queue.</summary>
    public abstract IClusterGrain? Whole { get; }

    /// <summary>Connects, or starts a silo in this process.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="runs">The folder of runs, for a silo in this process.</param>
    /// <param name="data">Its <c>--data</c>.</param>
    /// <exception cref="InputException">Nothing answers, or flags that only concern a silo in this process came with <c>--connect</c>.</exception>
    public static async Task<ClusterLink> Open(ParseResult parsed, string runs, string? data) => parsed.GetValue(Flags.Connect) is { } address
        ? await RemoteCluster.Open(address, parsed.GetValue(Flags.Verbose))
        : await LocalCluster.Start(runs, data, parsed.GetValue(Flags.Verbose));

    /// <summary>The run that a person named, here or in the cluster of <c>--connect</c>, and the cluster that has it.</summary>
    public static async Task<(RunFolder Folder, ClusterLink Cluster)> Find(
        ParseResult parsed, Argument<string> run, Option<string> runs, Option<string?> data)
    {
        if (parsed.GetValue(Flags.Connect) is not { } address)
        {
            RunFolder folder = Flags.Find(parsed, run, runs);
            return (folder, await LocalCluster.Start(folder.Root, Folders.Data(parsed.GetValue(data)), parsed.GetValue(Flags.Verbose)));
        }

        Refuse(parsed, runs, data);
        RemoteCluster cluster = await RemoteCluster.Open(address, parsed.GetValue(Flags.Verbose));
        try
        {
            return (FolderOf(await cluster.Whole.Run(parsed.GetRequiredValue(run))), cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a run of the cluster is, on its silos.</summary>
    public static RunFolder FolderOf(RunOverview run) => new(Path.GetDirectoryName(run.Folder) ?? "/", run.Name);

    /// <summary>Refuses flags that say nothing to a cluster of other processes.</summary>
    public static void Refuse(ParseResult parsed, params Option[] flags)
    {
        foreach (Option flag in flags)
        {
            if (parsed.GetResult(flag) is { Implicit: false })
            {
                throw new InputException($"{flag.Name} does not go with --connect: the cluster has its own, set where its silos are started");
            }
        }
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
