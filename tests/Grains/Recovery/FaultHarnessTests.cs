using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Cluster.Grains.Tests;

/// <summary>
/// Runs of every workflow with one fault each, at a point that a seeded stream chooses. Each run must end by itself with the
/// files of the undisturbed run, or stop with a clear error and a sound last checkpoint, from which it then goes on to the same
/// files. CLUSTER_FAULTS says how many faults a workflow gets, CLUSTER_FAULTS_LOG names a file for a line per fault.
/// </summary>
public sealed class FaultHarnessTests(ITestOutputHelper output)
{
    private static readonly int Faults = int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_FAULTS"), CultureInfo.InvariantCulture, out int count)
        ? count
        : Enum.GetValues<Fault>().Length;

    private static readonly string? Log = Environment.GetEnvironmentVariable("CLUSTER_FAULTS_LOG");

    [Theory]
    [MemberData(nameof(SmallExperiments.Workflows), MemberType = typeof(SmallExperiments))]
    public async Task Every_fault_ends_with_the_undisturbed_files(string workflow)
    {
        string[] overrides = [.. SmallExperiments.Overrides[workflow], .. FaultyRun.Common];
        SortedDictionary<string, string> undisturbed;
        long messages;
        await using (TrainingCluster cluster = await TrainingCluster.Start())
        {
            using IDisposable counting = MessageFaults.Set((_, _) => null);
            await cluster.Finish("run", overrides);
            (undisturbed, messages) = (cluster.Sums("run"), MessageFaults.Seen);
        }

        RandomStream stream = RandomStream.Named(1, "faults", 0, 0, workflow);
        List<Fault> kinds = [];
        Dictionary<Fault, int> met = [];
        List<string> failures = [];
        TrainingCluster shared = await TrainingCluster.Start(2);
        try
        {
            for (int i = 0; i < Faults; i++)
            {
                // All kinds in turn, in another order each time.
                kinds = kinds.Count > 0 ? kinds : [.. Enum.GetValues<Fault>()];
                Fault fault = kinds[stream.Next(kinds.Count)];
                kinds.Remove(fault);
                string name = string.Create(CultureInfo.InvariantCulture, $"run-{i}-{fault}");
                FaultyRun run = new(name, fault, 1 + stream.Next((int)messages), stream, overrides, undisturbed);
                long began = TimeProvider.System.GetTimestamp();
                string ended = "ended with the undisturbed files";
                try
                {
                    if (fault == Fault.KilledSilo)
                    {
                        await using TrainingCluster own = await TrainingCluster.Start(3);
                        await run.Meet(own);
                    }
                    else
                    {
                        await run.Meet(shared);
                    }
                }
                catch (Exception failed) when (failed is XunitException or OperationCanceledException)
                {
                    failures.Add(ended = $"{name} at message {run.Point}: {failed.Message}");
                }

                met[fault] = met.GetValueOrDefault(fault) + 1;
                if (Log is not null)
                {
                    await File.AppendAllTextAsync(Log, string.Create(
                        CultureInfo.InvariantCulture, $"{workflow} {name} {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s: {ended}\n"));
                }
            }
        }
        finally
        {
            await shared.DisposeAsync();
        }

        output.WriteLine($"{workflow}: {string.Join(", ", met.Select(each => $"{each.Key} {each.Value}"))}; points among {messages} messages");
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }
}
