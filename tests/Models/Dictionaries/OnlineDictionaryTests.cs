using Cluster.Models.Dictionaries;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Dictionaries;

/// <summary>The updates against the surrogate that they lower, blocks and coders against one of each, and a planted dictionary.</summary>
public sealed class OnlineDictionaryTests
{
    [Theory]
    [InlineData(DictionaryUpdate.BlockCoordinate)]
    [InlineData(DictionaryUpdate.ProjectedGradient)]
    public void A_planted_dictionary_is_recovered(DictionaryUpdate update)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor planted_KD = Signals.Unit("planted", 20, 16), x_ND = Signals.Planted(planted_KD, 8000, 2, 0.01, "signals");
        DictionaryOptions options = new()
        {
            // More than were planted: with as many, one learned atom may stand between two planted ones for ever.
            Atoms = 30,
            Update = update,
            Passes = update == DictionaryUpdate.BlockCoordinate ? 1 : 5,
            Coding = new SparseCodingOptions { Penalty = 0.1, Tolerance = 1e-3 },
        };
        using OnlineDictionary learner = new(options, 16, ScalarType.Float64, 3, Signals.From(x_ND));
        double first = 0, last = 0;
        for (int step = 0; step < 600; step++)
        {
            last = learner.Step(x_ND.narrow(0, step % 80 * 100, 100)).Objective;
            first = step == 0 ? last : first;
        }

        // Every planted atom has a learned one that points its way, up to sign.
        double[] nearest = planted_KD.mm(learner.Atoms_KD.t()).abs().amax([1]).data<double>().ToArray();
        Assert.True(nearest.Min() > 0.98, $"the worst of {nearest.Length} atoms is found to {nearest.Min()}");
        Assert.True(last < 0.8 * first);
    }

    [Fact]
    public void Non_negative_codes_and_atoms_stay_so_and_recover_a_planted_dictionary()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide_KD = Signals.Normal("planted", 10, 16).clamp_min(0), planted_KD = wide_KD / linalg.vector_norm(wide_KD, 2, [1], keepdim: true);
        Tensor x_ND = Signals.Planted(planted_KD, 4000, 2, 0.005, "signals", nonNegative: true);
        DictionaryOptions options = new()
        {
            Atoms = 10,
            NonNegativeAtoms = true,
            Coding = new SparseCodingOptions { Penalty = 0.05, NonNegative = true, Tolerance = 1e-3 },
        };
        using OnlineDictionary learner = new(options, 16, ScalarType.Float64, 1, Signals.From(x_ND));
        for (int step = 0; step < 400; step++)
        {
            learner.Step(x_ND.narrow(0, step % 40 * 100, 100));
        }

        Assert.True(learner.Atoms_KD.min().ToDouble() >= 0);
        Assert.True(planted_KD.mm(learner.Atoms_KD.t()).amax([1]).min().ToDouble() > 0.97);
    }

    [Theory]
    [InlineData(DictionaryUpdate.BlockCoordinate)]
    [InlineData(DictionaryUpdate.ProjectedGradient)]
    public void Each_update_lowers_the_surrogate_until_nothing_is_left_to_gain(DictionaryUpdate update)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_BD = Signals.Unit("x", 200, 9);
        DictionaryOptions options = new() { Atoms = 14, Update = update, Coding = new SparseCodingOptions { Penalty = 0.1 } };
        SignalDraw draw = Signals.From(x_BD);
        Tensor atoms_KD = DictionaryBlock.FirstAtoms(options, 9, ScalarType.Float64, 5, draw);
        using DictionaryBlock block = new(options, options.Block(0, 1), 9, ScalarType.Float64, 5, draw);
        using CodeStatistics statistics = CodeStatistics.Of(x_BD, SparseCoding.Infer(x_BD, atoms_KD, options.Coding));
        block.Absorb(1, [statistics.Increment_KE], [statistics.Uses_K]);

        double start = block.Surrogate(atoms_KD), before = start;
        for (int pass = 0; pass < 400; pass++)
        {
            block.Descend(atoms_KD, atoms_KD.clone());
            double after = block.Surrogate(atoms_KD);
            Assert.True(after <= before + 1e-12, $"pass {pass} took the surrogate from {before} to {after}");
            before = after;
        }

        Assert.True(before < start - 0.01);
        Assert.True(linalg.vector_norm(atoms_KD, 2, [1]).max().ToDouble() <= 1 + 1e-12);

        // At the minimum each atom is where its own best place is: another pass moves none.
        Tensor rest_KD = atoms_KD.clone();
        block.Descend(atoms_KD, rest_KD);
        Assert.True(Signals.Largest(rest_KD, atoms_KD) < 1e-4);
    }

    [Fact]
    public void Surrogate_is_the_mean_reconstruction_error_of_the_codes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_BD = Signals.Unit("x", 30, 6), atoms_KD = Signals.Unit("atoms", 8, 6);
        DictionaryOptions options = new() { Atoms = 8 };
        using DictionaryBlock block = new(options, options.Block(0, 1), 6, ScalarType.Float64, 0, Signals.From(x_BD));
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, options.Coding), rest_BD = x_BD - code_BK.mm(atoms_KD);
        using CodeStatistics statistics = CodeStatistics.Of(x_BD, code_BK);
        block.Absorb(1, [statistics.Increment_KE], [statistics.Uses_K]);

        Assert.Equal((0.5 * (rest_BD * rest_BD).sum()).ToDouble(), block.Surrogate(atoms_KD) + (0.5 * (x_BD * x_BD).sum()).ToDouble(), 1e-10);
    }

    [Theory]
    [InlineData(DictionaryUpdate.BlockCoordinate, ScalarType.Float32)]
    [InlineData(DictionaryUpdate.BlockCoordinate, ScalarType.Float64)]
    [InlineData(DictionaryUpdate.ProjectedGradient, ScalarType.Float32)]
    public void Many_blocks_are_one_block_to_the_bit(DictionaryUpdate update, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_ND = Signals.Unit("x", 640, 11, type);
        DictionaryOptions options = new() { Atoms = 23, Update = update, ReplaceAfter = 2, Coding = new SparseCodingOptions { Penalty = 0.75 } };
        byte[] one = Learn(options, x_ND, 1), three = Learn(options, x_ND, 3), all = Learn(options, x_ND, 23);

        Assert.Equal(one, three);
        Assert.Equal(one, all);
    }

    [Fact]
    public void Statistics_of_many_coders_are_those_of_one()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_BD = Signals.Unit("x", 96, 10), atoms_KD = Signals.Unit("atoms", 18, 10);
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions());
        using CodeStatistics whole = CodeStatistics.Of(x_BD, code_BK);
        DictionaryOptions options = new() { Atoms = 18 };
        using DictionaryBlock one = new(options, options.Block(0, 1), 10, ScalarType.Float64, 0, Signals.From(x_BD));
        using DictionaryBlock many = new(options, options.Block(0, 1), 10, ScalarType.Float64, 0, Signals.From(x_BD));
        CodeStatistics[] parts = [.. Enumerable.Range(0, 4).Select(coder =>
        {
            Tensor part_BD = x_BD.narrow(0, coder * 24, 24);
            return CodeStatistics.Of(part_BD, SparseCoding.Infer(part_BD, atoms_KD, new SparseCodingOptions()));
        })];
        one.Absorb(0.9, [whole.Increment_KE], [whole.Uses_K]);
        many.Absorb(0.9, [.. parts.Select(part => part.Increment_KE)], [.. parts.Select(part => part.Uses_K)]);

        Assert.True(Signals.Largest(one.Statistics_SE, many.Statistics_SE) < 1e-12);
        Assert.Equal(one.Idle_K.data<long>().ToArray(), many.Idle_K.data<long>().ToArray());
        Assert.Equal(code_BK.ne(0).to(ScalarType.Float64).mean([0L]).mul(96).round().data<double>().ToArray(), whole.Uses_K.data<double>().ToArray());
        Tensor expected = cat([code_BK.t().mm(code_BK), code_BK.t().mm(x_BD)], 1);
        Assert.True(Signals.Largest(expected, one.Statistics_SE) < 1e-12);
    }

    [Fact]
    public void An_unused_atom_gives_way_to_a_training_signal_after_the_updates_allowed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x_ND = Signals.Unit("x", 64, 8);
        DictionaryOptions options = new() { Atoms = 5, ReplaceAfter = 3 };
        using DictionaryBlock block = new(options, options.Block(0, 1), 8, ScalarType.Float64, 2, Signals.From(x_ND));
        Tensor atoms_KD = Signals.Unit("atoms", 5, 8), before_KD = atoms_KD.clone();
        Tensor uses_K = tensor(new double[] { 4, 0, 2, 1, 1 }), increment_KE = ones(5, 13, ScalarType.Float64);
        for (int update = 0; update < 3; update++)
        {
            block.Absorb(1, [increment_KE], [uses_K]);
            Assert.Equal(update == 2 ? 1 : 0, block.Replace(update, atoms_KD));
        }

        Tensor moved_K = (atoms_KD - before_KD).abs().amax([1]).gt(0);
        Assert.Equal([false, true, false, false, false], moved_K.data<bool>().ToArray());
        Assert.True(x_ND.mm(atoms_KD[1].unsqueeze(1)).max().ToDouble() > 1 - 1e-6);
        Assert.Equal(0, block.Statistics_SE[1].abs().sum().ToDouble());
        Assert.Equal(0, block.Statistics_SE.narrow(1, 1, 1).abs().sum().ToDouble());
        Assert.Equal(0, block.Idle_K.data<long>()[1]);
    }

    [Theory]
    [InlineData(0, 4, 0.2)]
    [InlineData(1, 4, (8 + 1 - 4) / 9.0)]
    [InlineData(2, 4, (12 + 1 - 4) / 13.0)]
    [InlineData(3, 4, (16 + 1 - 4) / 17.0)]
    [InlineData(9, 4, (22 + 1 - 4) / 23.0)]
    public void The_past_is_forgotten_as_section_3_4_says(long update, long signals, double expected) =>
        Assert.Equal(expected, new ForgettingSchedule().Factor(update, signals), 1e-15);

    [Fact]
    public void Other_schedules()
    {
        Assert.Equal(1, new ForgettingSchedule(Forgetting.None).Factor(7, 4));
        Assert.Equal(0, new ForgettingSchedule(Forgetting.Power, 2).Factor(0, 4));
        Assert.Equal(Math.Pow(1 - (1 / 8.0), 3), new ForgettingSchedule(Forgetting.Power, 3).Factor(7, 4), 1e-15);
    }

    [Fact]
    public void More_shards_than_atoms_are_refused()
    {
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => new DictionaryOptions { Atoms = 4 }.Block(0, 5));
        Assert.Contains("4 atoms can be divided among 1 to 4 shards", refused.Message);
    }

    [Fact]
    public void Blocks_cover_all_atoms_once()
    {
        DictionaryOptions options = new() { Atoms = 23 };
        int next = 0;
        for (int shard = 0; shard < 7; shard++)
        {
            AtomBlock block = options.Block(shard, 7);
            Assert.Equal(next, block.First);
            Assert.InRange(block.Count, 3, 4);
            next += block.Count;
        }

        Assert.Equal(23, next);
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using Tensor x_ND = Signals.Unit("x", 64, 8);
        using OnlineDictionary learner = new(new DictionaryOptions { Atoms = 12, ReplaceAfter = 1 }, 8, ScalarType.Float64, 0, Signals.From(x_ND));
        learner.Step(x_ND);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        learner.Step(x_ND);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static byte[] Learn(DictionaryOptions options, Tensor x_ND, int shards)
    {
        using DisposeScope scope = NewDisposeScope();
        int features = (int)x_ND.shape[1];
        SignalDraw draw = Signals.From(x_ND);
        Tensor atoms_KD = DictionaryBlock.FirstAtoms(options, features, x_ND.dtype, 9, draw);
        DictionaryBlock[] blocks = [.. Enumerable.Range(0, shards).Select(shard => new DictionaryBlock(options, options.Block(shard, shards), features, x_ND.dtype, 9, draw))];
        int replaced = 0;
        for (int update = 0; update < 20; update++)
        {
            Tensor x_BD = x_ND.narrow(0, update % 20 * 32, 16);
            using CodeStatistics statistics = CodeStatistics.Of(x_BD, SparseCoding.Infer(x_BD, atoms_KD, options.Coding));
            foreach (DictionaryBlock block in blocks)
            {
                block.Absorb(options.Forgetting.Factor(update, 16), [statistics.Increment_KE.narrow(0, block.Atoms.First, block.Atoms.Count)], [statistics.Uses_K]);
                replaced += block.Replace(update, atoms_KD);
            }

            Tensor before_KD = atoms_KD.clone();
            foreach (DictionaryBlock block in blocks)
            {
                block.Descend(atoms_KD, before_KD);
            }
        }

        Assert.True(replaced > 0, "the case exercises replacement");
        foreach (DictionaryBlock block in blocks)
        {
            block.Dispose();
        }

        return atoms_KD.bytes.ToArray();
    }
}
