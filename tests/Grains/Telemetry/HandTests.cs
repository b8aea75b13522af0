using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

/// <summary>Signals of uses and swaps that are written down here, against values computed by hand.</summary>
[Trait("Orleans", "either")]
public sealed class HandTests
{
    private const int Atoms = 4, Pixels = 64;

    /// <summary>
    /// Atom 0 is used in every step, atom 1 up to step 4, atom 2 never, atom 3 in step 20. After 50 updates without a use an atom is dead:
    /// atom 2 from the end of step 49 on, atom 1 from that of step 54, atom 3 from that of step 70.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Dead_atoms_are_counted_over_all_blocks(int shards)
    {
        (double Dead, double Replaced)[] rows = await Rows(shards, replaceAfter: 0, steps: 80);
        Assert.Equal([0, 0, 0, 0, 0.25, 0.5, 0.5, 0.75], rows.Select(row => row.Dead));
        Assert.All(rows, row => Assert.Equal(0, row.Replaced));
    }

    /// <summary>Of the same uses: atoms 2 and 3 have gone 20 updates without one in step 19, atom 1 in 24, 2 in 39, 3 in 40, 1 in 44, 2 in 59.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Replaced_atoms_are_those_since_the_last_row(int shards)
    {
        (double Dead, double Replaced)[] rows = await Rows(shards, replaceAfter: 20, steps: 60);
        Assert.Equal([0, 2, 1, 1, 2, 1], rows.Select(row => row.Replaced));
        Assert.All(rows, row => Assert.Equal(0, row.Dead));
    }

    [Fact]
    public void The_least_swap_rate_is_that_of_a_pair_over_all_rounds_and_pools()
    {
        // Three pairs of neighbours; the even ones have their turn in every other round.
        double[][] first = [[0.5, double.NaN, 1], [double.NaN, 0.25, double.NaN], [0.75, double.NaN, 0]];
        double[][] second = [[0.25, double.NaN, 0.5], [double.NaN, 0, double.NaN]];
        Assert.Equal(0.125, Least(first, second), 1e-15); // 0.5: (0.5 + 0.75 + 0.25) / 3, 0.125: (0.25 + 0) / 2, 0.5: (1 + 0 + 0.5) / 3
        Assert.Equal(0.25, Least(first), 1e-15); // 0.625, 0.25, 0.5
        Assert.Equal(0.5, Least([first[0]]), 1e-15); // the pair in the middle has had no turn
    }

    private static double Least(params double[][][] pools)
    {
        StepSignal[] noted = [.. pools.SelectMany(rounds =>
        {
            SwapTally tally = new(3);
            tally.Add([0.01, 0.01, 0.01]);
            tally.Clear();
            foreach (double[] round in rounds)
            {
                tally.Add(round);
            }

            SignalBook book = new();
            RbmSignals.NoteSwaps(book, 7, tally);
            return book.Take(7).Values;
        })];
        return RbmSignals.Of(new SignalSet(noted)).Single(figure => figure.Key == "swapRateMin").Value;
    }

    /// <summary>A row each ten steps: deadAtoms and replacedAtoms.</summary>
    private static async Task<(double Dead, double Replaced)[]> Rows(int shards, int replaceAfter, int steps)
    {
        DictionaryBlueprint blueprint = new(
            ExperimentFile.Parse(
                $$"""
                model:
                  kind: dictionary
                  atoms: {{Atoms}}
                  replaceAfter: {{replaceAfter}}
                  patch: {size: 0}
                data: digits
                steps: {{steps}}
                batch: 16
                replicas: 2
                shards: {{shards}}
                metrics: {every: 10}
                """,
                "test.yaml",
                []),
            DatasetCatalog.Open("digits", "train", []));
        await using DeviceThread device = new("cpu", CPU, 1);
        SignalBook[] books = [.. Enumerable.Range(0, shards).Select(_ => new SignalBook())];
        await device.RunAsync(() =>
        {
            DictionaryShard[] blocks = [.. books.Select((book, shard) => new DictionaryShard(blueprint, shard, device, checkpoint: null, book))];
            for (int step = 0; step < steps; step++)
            {
                foreach (DictionaryShard block in blocks)
                {
                    using DisposeScope scope = NewDisposeScope();

                    // What one coder uses, the other need not.
                    (Incoming, Incoming)[] coders = [Statistics(block, 1, 0, 0, 0), Statistics(block, 0, step < 5 ? 2 : 0, 0, step == 20 ? 1 : 0)];
                    block.Step(step, coders, null, null);
                }
            }

            foreach (DictionaryShard block in blocks)
            {
                block.Dispose();
            }
        });
        return [.. books.SelectMany(book => book.Take(steps).Values).GroupBy(signal => signal.Step).OrderBy(row => row.Key).Select(row =>
        {
            Dictionary<string, double> figures = new(AtomSignals.Of(blueprint, new SignalSet([.. row])));
            return (figures["deadAtoms"], figures["replacedAtoms"]);
        })];
    }

    /// <summary>A coder's uses as they come in a message; what the codes were does not matter here.</summary>
    private static (Incoming Increment, Incoming Uses) Statistics(DictionaryShard shard, params float[] uses_K) =>
        (Message(zeros(shard.Block.Count, Atoms + Pixels)), Message(tensor(uses_K)));

    private static Incoming Message(Tensor values)
    {
        using (values)
        {
            // In its bytes: nothing is borrowed from the silo.
            return new Incoming(new TensorMessage(TensorFrame.Encode(values), 0), local: null!, bulk: null);
        }
    }
}
