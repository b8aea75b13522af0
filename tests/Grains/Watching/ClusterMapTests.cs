using Cluster.Contracts;

namespace Cluster.Grains.Tests;

/// <summary>What a cluster says of itself to those who look at it.</summary>
public sealed class ClusterMapTests
{
    [Fact]
    public async Task The_map_has_every_silo_with_its_devices_and_actors_and_keeps_those_that_are_lost()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos: 3);
        IClusterGrain whole = cluster.Cluster.GrainFactory.GetGrain<IClusterGrain>(0);
        await cluster.Run("run").Start(TrainingCluster.Experiment("steps=1000000", "replicas=2", "shards=2", "checkpoint.every=10"));
        await cluster.Until("run", status => status.Step > 0);
        ClusterMap map = await whole.Map();
        Assert.Equal(3, map.Silos.Count);
        Assert.All(map.Silos, silo => Assert.Equal(SiloPresence.Active, silo.State));
        string[] keys = [.. map.Silos.SelectMany(silo => silo.Actors).Select(actor => actor.Actor).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["discriminator", "discriminator-shard", "generator", "generator-shard"],
            keys.Select(key => key.Split('/')[1]).Distinct(StringComparer.Ordinal));
        Assert.Equal(8, keys.Length);
        Assert.All(map.Silos.SelectMany(silo => silo.Actors, (silo, actor) => (silo.Report.Silo, actor.Silo)), each => Assert.Equal(each.Item1, each.Item2));
        Assert.All(map.Silos.Where(silo => silo.Actors.Any(actor => actor.Device is not null)), silo => Assert.NotEmpty(silo.Devices));

        SiloReport victim = map.Silos.First(silo => !silo.Report.Runs.Contains("run", StringComparer.Ordinal)).Report;
        await cluster.Cluster.KillSiloAsync(cluster.Cluster.Silos.Single(silo => silo.SiloAddress.ToParsableString() == victim.Silo));

        // The grain that keeps the map may have been lost with the silo: then it only knows those that are left, and pages remember the other.
        map = await whole.Map();
        Assert.Equal(2, map.Silos.Count(silo => silo.State == SiloPresence.Active));
        Assert.All(map.Silos.Where(silo => silo.State != SiloPresence.Active), silo => Assert.Equal((victim.Name, SiloPresence.Lost), (silo.Report.Name, silo.State)));
        await cluster.Run("run").Cancel();
        await cluster.Ended("run");
    }

    [Fact]
    public async Task A_step_is_traced_because_somebody_looks_and_has_the_spans_of_all_silos()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start(silos: 2);
        IClusterGrain whole = cluster.Cluster.GrainFactory.GetGrain<IClusterGrain>(0);

        // By its own turn only the first of its steps would be, and nobody listened then.
        await cluster.Run("run").Start(TrainingCluster.Experiment("steps=1000000", "replicas=2", "shards=2", "metrics.traceEvery=1000000"));
        await cluster.Until("run", status => status.Step > 0);
        StepTrace first = await Newest(whole, before: null);
        StepSpan step = Assert.Single(first.Spans, span => span.Name == "workflow.step");
        Assert.True(step is { Parent: null, Step: > 0 });
        HashSet<string> ids = [.. first.Spans.Select(span => span.Id)];
        Assert.Equal(first.Spans.Count, ids.Count);
        Assert.Equal(8, first.Spans.Select(span => span.Actor).OfType<string>().Distinct(StringComparer.Ordinal).Count());
        Assert.All(first.Spans.Where(span => span.Actor is not null), span => Assert.NotNull(span.Place));
        StepSpan[] work = [.. first.Spans.Where(span => span.Name == "device.run")];
        Assert.NotEmpty(work);
        Assert.All(work, span => Assert.Contains(span.Parent!, ids));

        // To ask again is to wish for a newer one.
        Assert.True((await Newest(whole, first.Id)).Spans.Single(span => span.Name == "workflow.step").Step > step.Step);
        await cluster.Run("run").Cancel();
        await cluster.Ended("run");
    }

    [Fact]
    public async Task A_run_that_leaves_no_traces_has_no_timeline()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        IClusterGrain whole = cluster.Cluster.GrainFactory.GetGrain<IClusterGrain>(0);
        Assert.Null(await whole.LastStep("run"));
        await cluster.Finish("run", "steps=200", "metrics.traceEvery=0");
        Assert.Null(await whole.LastStep("run"));
    }

    private static async Task<StepTrace> Newest(IClusterGrain whole, string? before)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (true)
        {
            if (await whole.LastStep("run") is { } trace && trace.Id != before)
            {
                return trace;
            }

            await Task.Delay(10, limit.Token);
        }
    }
}
