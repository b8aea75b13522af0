using Cluster.Models.Dictionaries;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests.Dictionaries;

/// <summary>Four algorithms against each other, the optimality conditions, and problems whose solution is known.</summary>
public sealed class SparseCodingTests
{
    public static TheoryData<InferenceMethod, bool, double> Cases()
    {
        TheoryData<InferenceMethod, bool, double> cases = [];
        foreach (InferenceMethod method in Enum.GetValues<InferenceMethod>())
        {
            foreach (bool nonNegative in (bool[])[false, true])
            {
                foreach (double penalty in (double[])[0.02, 0.15, 0.6])
                {
                    cases.Add(method, nonNegative, penalty);
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_method_meets_the_optimality_conditions(InferenceMethod method, bool nonNegative, double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 24, 12), x_BD = Signals.Unit("x", 40, 12);
        SparseCodingOptions options = Precise(method, penalty, nonNegative);
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, options);

        Assert.True(SparseOptimality.Violation(x_BD, atoms_KD, code_BK, options).max().ToDouble() < 1e-8);
        Assert.True(!nonNegative || code_BK.min().ToDouble() >= 0);
        Assert.True(code_BK.ne(0).any().ToBoolean());
    }

    [Theory]
    [InlineData(0.05, false)]
    [InlineData(0.3, false)]
    [InlineData(0.05, true)]
    [InlineData(0.3, true)]
    public void All_methods_agree_to_1e_6(double penalty, bool nonNegative)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 20, 16), x_BD = Signals.Unit("x", 50, 16);
        Tensor lars_BK = SparseCoding.Infer(x_BD, atoms_KD, Precise(InferenceMethod.Lars, penalty, nonNegative));
        foreach (InferenceMethod method in (InferenceMethod[])[InferenceMethod.Ista, InferenceMethod.Fista, InferenceMethod.CoordinateDescent])
        {
            Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, Precise(method, penalty, nonNegative));
            Assert.True(Signals.Largest(lars_BK, code_BK) < 1e-6, method.ToString());
        }
    }

    [Theory]
    [InlineData(InferenceMethod.Ista)]
    [InlineData(InferenceMethod.Fista)]
    [InlineData(InferenceMethod.CoordinateDescent)]
    [InlineData(InferenceMethod.Lars)]
    public void Orthonormal_atoms_shrink_the_projections(InferenceMethod method)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor q, Tensor _) = linalg.qr(Signals.Normal("q", 8, 8));
        Tensor x_BD = Signals.Normal("x", 10, 8), projected_BK = x_BD.mm(q.t());
        Tensor expected_BK = projected_BK.sign() * (projected_BK.abs() - 0.4).clamp_min(0);
        Tensor code_BK = SparseCoding.Infer(x_BD, q.contiguous(), Precise(method, 0.4, nonNegative: false));

        Assert.True(Signals.Largest(expected_BK, code_BK) < 1e-9);
    }

    [Theory]
    [InlineData(InferenceMethod.CoordinateDescent)]
    [InlineData(InferenceMethod.Lars)]
    [InlineData(InferenceMethod.Fista)]
    public void Codes_are_the_best_of_all_supports_and_signs(InferenceMethod method)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 5, 4), x_BD = Signals.Normal("x", 12, 4);
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, Precise(method, 0.2, nonNegative: false));
        double[] found = SparseOptimality.Objective(x_BD, atoms_KD, code_BK, 0.2).data<double>().ToArray();
        for (int row = 0; row < 12; row++)
        {
            Assert.Equal(Exhaustive(x_BD[row].unsqueeze(0), atoms_KD, 0.2), found[row], 1e-9);
        }
    }

    [Theory]
    [InlineData(InferenceMethod.CoordinateDescent)]
    [InlineData(InferenceMethod.Lars)]
    [InlineData(InferenceMethod.Ista)]
    [InlineData(InferenceMethod.Fista)]
    public void Attachment_draws_codes_towards_the_prediction(InferenceMethod method)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 10, 6), x_BD = Signals.Unit("x", 7, 6), p_BK = Signals.Normal("p", 7, 10);
        SparseCodingOptions options = Precise(method, 0.1, nonNegative: false);
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, options, p_BK, 0.7);

        // ½‖x − hD‖² + ½γ‖h − p‖² is ½‖[x, √γ·p] − h[D, √γ·I]‖².
        Tensor wideAtoms = cat([atoms_KD, Math.Sqrt(0.7) * eye(10, 10, ScalarType.Float64)], 1), wideX = cat([x_BD, Math.Sqrt(0.7) * p_BK], 1);
        Assert.True(SparseOptimality.Violation(wideX, wideAtoms, code_BK, options).max().ToDouble() < 1e-8);
        Tensor stiff_BK = SparseCoding.Infer(x_BD, atoms_KD, options with { Penalty = 0 }, p_BK, 1e6);
        Assert.True(Signals.Largest(p_BK, stiff_BK) < 1e-4);
    }

    [Theory]
    [InlineData(InferenceMethod.CoordinateDescent)]
    [InlineData(InferenceMethod.Lars)]
    public async Task The_number_of_threads_changes_no_bit(InferenceMethod method)
    {
        (float[] alone, float[] aloneFitted) = await Codes(1);
        (float[] shared, float[] sharedFitted) = await Codes(3);
        Assert.Contains(alone, value => value != 0);
        Assert.Equal(alone, shared);
        Assert.Equal(aloneFitted, sharedFitted);

        async Task<(float[], float[])> Codes(int threads)
        {
            await using DeviceThread device = new("cpu", CPU, threads);
            return await device.RunAsync(() =>
            {
                Tensor atoms_KD = Signals.Unit("atoms", 40, 16, ScalarType.Float32), x_BD = Signals.Unit("x", 133, 16, ScalarType.Float32);
                Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, Precise(method, 0.1, false) with { Tolerance = 1e-4 });
                Tensor fitted_BK = SupportFit.Of(x_BD, atoms_KD, code_BK);
                return (code_BK.data<float>().ToArray(), fitted_BK.data<float>().ToArray());
            });
        }
    }

    [Fact]
    public async Task Rows_are_shared_by_the_threads_of_the_device()
    {
        await using DeviceThread device = new("cpu", CPU, 2);
        using Barrier both = new(2);
        await device.RunAsync(() => RowParallel.For(32, (_, _) => both.SignalAndWait(TimeSpan.FromSeconds(20)))); // two ranges, that meet
        Assert.Equal(OperatingSystem.IsLinux() ? 1 : 0, both.CurrentPhaseNumber);
    }

    [Fact]
    public void Single_precision_reaches_its_tolerance()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 96, 32, ScalarType.Float32), x_BD = Signals.Unit("x", 64, 32, ScalarType.Float32);
        foreach (InferenceMethod method in Enum.GetValues<InferenceMethod>())
        {
            SparseCodingOptions options = new() { Penalty = 0.15, Method = method, Tolerance = 1e-4, MaximumIterations = 20000 };
            Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, options);
            Assert.Equal(ScalarType.Float32, code_BK.dtype);
            Assert.True(SparseOptimality.Violation(x_BD, atoms_KD, code_BK, options).max().ToSingle() < 3e-5, method.ToString());
        }
    }

    [Fact]
    public void A_penalty_beyond_every_correlation_gives_no_code()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 6, 4), x_BD = Signals.Unit("x", 3, 4);
        foreach (InferenceMethod method in Enum.GetValues<InferenceMethod>())
        {
            Assert.Equal(0, SparseCoding.Infer(x_BD, atoms_KD, Precise(method, 1.01, false)).abs().max().ToDouble());
        }
    }

    [Fact]
    public void Atoms_of_nothing_and_twins_are_borne()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 6, 4), x_BD = Signals.Unit("x", 9, 4);
        Tensor odd_KD = cat([atoms_KD, zeros(1, 4, ScalarType.Float64), atoms_KD.narrow(0, 2, 1)], 0);
        double best = SparseOptimality.Objective(x_BD, atoms_KD, SparseCoding.Infer(x_BD, atoms_KD, Precise(InferenceMethod.Lars, 0.05, false)), 0.05).sum().ToDouble();
        foreach (InferenceMethod method in Enum.GetValues<InferenceMethod>())
        {
            Tensor code_BK = SparseCoding.Infer(x_BD, odd_KD, Precise(method, 0.05, false));
            Assert.Equal(best, SparseOptimality.Objective(x_BD, odd_KD, code_BK, 0.05).sum().ToDouble(), 1e-7);
        }
    }

    [Fact]
    public void Sums_in_memory_are_the_dense_products()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 21, 13), x_BD = Signals.Unit("x", 17, 13);
        Tensor code_BK = SparseCoding.Infer(x_BD, atoms_KD, Precise(InferenceMethod.Lars, 0.2, false));
        Tensor rest_BD = x_BD - code_BK.mm(atoms_KD), dense_B = (0.5 * (rest_BD * rest_BD).sum(1)) + (0.2 * code_BK.abs().sum(1));
        using CodeStatistics sparse = CodeStatistics.Of(x_BD, code_BK);

        Assert.True(Signals.Largest(dense_B, SparseOptimality.Objective(x_BD, atoms_KD, code_BK, 0.2)) < 1e-13);
        Assert.True(Signals.Largest(code_BK.t().mm(cat([code_BK, x_BD], 1)), sparse.Increment_KE) < 1e-13);

        // What is not contiguous takes the way of other devices.
        Tensor turned_BK = code_BK.t().contiguous().t();
        using CodeStatistics dense = CodeStatistics.Of(x_BD, turned_BK);
        Assert.True(Signals.Largest(dense.Increment_KE, sparse.Increment_KE) < 1e-13);
        Assert.Equal(dense.Uses_K.data<double>().ToArray(), sparse.Uses_K.data<double>().ToArray());
    }

    [Fact]
    public void Bad_options_and_shapes_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor atoms_KD = Signals.Unit("atoms", 6, 4), x_BD = Signals.Unit("x", 3, 4);
        ArgumentOutOfRangeException negative = Assert.Throws<ArgumentOutOfRangeException>(() => SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions { Penalty = -0.1 }));
        Assert.Contains("at least 0", negative.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions { Penalty = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions { Tolerance = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions { MaximumIterations = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseCoding.Infer(x_BD, atoms_KD, new SparseCodingOptions(), zeros(3, 6, ScalarType.Float64), -1));
        Assert.Throws<ArgumentException>(() => SparseCoding.Infer(x_BD.narrow(1, 0, 3), atoms_KD, new SparseCodingOptions()));
        Assert.Throws<ArgumentException>(() => SparseCoding.Infer(x_BD.to(ScalarType.Float32), atoms_KD, new SparseCodingOptions()));
    }

    [Fact]
    public void Inference_leaves_no_tensor_behind()
    {
        using Tensor atoms_KD = Signals.Unit("atoms", 6, 4), x_BD = Signals.Unit("x", 3, 4);
        foreach (InferenceMethod method in Enum.GetValues<InferenceMethod>())
        {
            SparseCoding.Infer(x_BD, atoms_KD, Precise(method, 0.1, false)).Dispose();
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            SparseCoding.Infer(x_BD, atoms_KD, Precise(method, 0.1, false)).Dispose();
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    private static SparseCodingOptions Precise(InferenceMethod method, double penalty, bool nonNegative) =>
        new() { Penalty = penalty, Method = method, NonNegative = nonNegative, Tolerance = 1e-9, MaximumIterations = 200_000 };

    /// <summary>The smallest objective over all supports and signs whose stationary point has those signs.</summary>
    private static double Exhaustive(Tensor x_1D, Tensor atoms_KD, double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        double best = 0.5 * (x_1D * x_1D).sum().ToDouble();
        int atoms = (int)atoms_KD.shape[0];
        for (int pattern = 1; pattern < Math.Pow(3, atoms); pattern++)
        {
            List<long> support = [];
            List<double> signs = [];
            for (int k = 0, rest = pattern; k < atoms; k++, rest /= 3)
            {
                if (rest % 3 != 0)
                {
                    support.Add(k);
                    signs.Add(rest % 3 == 1 ? 1 : -1);
                }
            }

            if (support.Count > x_1D.shape[1])
            {
                continue;
            }

            Tensor d = atoms_KD.index_select(0, tensor(support.ToArray())), s = tensor(signs.ToArray(), signs.Count, 1);
            Tensor h = linalg.solve(d.mm(d.t()), d.mm(x_1D.t()) - (penalty * s));
            if ((h * s).min().ToDouble() > 0)
            {
                best = Math.Min(best, SparseOptimality.Objective(x_1D, d, h.t(), penalty).sum().ToDouble());
            }
        }

        return best;
    }
}
