using System.Numerics;
using System.Runtime.InteropServices;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Dictionaries;

/// <summary>
/// Sparse inference: the codes h of signals x with a dictionary whose atoms are rows of D, minimizing ½‖x − hD‖² + α‖h‖₁
/// for each signal by itself (Tibshirani 1996; Olshausen, Field 1996).
/// <para>Coordinate descent and LARS go coordinate by coordinate and run in memory; on a device other than the CPU, FISTA takes
/// their place and finds the same minimum in operations on the whole batch.</para>
/// </summary>
public static class SparseCoding
{
    /// <summary>The codes of a batch, shape (B, K); the caller owns them.</summary>
    /// <param name="x_BD">Signals, float32 or float64.</param>
    /// <param name="atoms_KD">The dictionary, of the same type on the same device.</param>
    /// <param name="options">Penalty and algorithm.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range: a negative penalty, for one.</exception>
    public static Tensor Infer(Tensor x_BD, Tensor atoms_KD, SparseCodingOptions options)
    {
        options.Validate();
        Check(x_BD, atoms_KD);
        using IDisposable mode = no_grad();
        using GramProblem problem = GramProblem.Of(x_BD, atoms_KD);
        return Solve(problem, options);
    }

    /// <summary>
    /// The codes of a batch that are also near predicted ones: ½‖x − hD‖² + ½γ‖h − p‖² + α‖h‖₁
    /// (predictive sparse decomposition, Kavukcuoglu, Ranzato, LeCun 2008, equation 4).
    /// </summary>
    /// <param name="x_BD">Signals, float32 or float64.</param>
    /// <param name="atoms_KD">The dictionary, of the same type on the same device.</param>
    /// <param name="options">Penalty and algorithm.</param>
    /// <param name="predicted_BK">p, what the encoder made of the signals.</param>
    /// <param name="attachment">γ, finite and at least 0.</param>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Tensor Infer(Tensor x_BD, Tensor atoms_KD, SparseCodingOptions options, Tensor predicted_BK, double attachment)
    {
        options.Validate();
        Check(x_BD, atoms_KD);
        if (!(double.IsFinite(attachment) && attachment >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(attachment), attachment, "the attachment must be a finite number, at least 0");
        }

        using IDisposable mode = no_grad();
        using GramProblem free = GramProblem.Of(x_BD, atoms_KD);
        using GramProblem attached = free.AttachedTo(predicted_BK, attachment);
        return Solve(attached, options);
    }

    /// <summary>Solves for every row with the chosen algorithm, or with FISTA off the CPU.</summary>
    internal static Tensor Solve(GramProblem problem, SparseCodingOptions options)
    {
        bool inMemory = problem.Gram_KK.device_type == DeviceType.CPU;
        return options.Method switch
        {
            InferenceMethod.CoordinateDescent when inMemory => problem.Gram_KK.dtype == ScalarType.Float32
                ? Descend<float>(problem, options)
                : Descend<double>(problem, options),
            InferenceMethod.Lars when inMemory => FollowPath(problem, options),
            InferenceMethod.Ista => ProximalGradient.Solve(problem, options, accelerated: false),
            InferenceMethod.Fista or InferenceMethod.CoordinateDescent or InferenceMethod.Lars => ProximalGradient.Solve(problem, options, accelerated: true),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Method, "unknown method of inference"),
        };
    }

    private static unsafe Tensor Descend<T>(GramProblem problem, SparseCodingOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int signals, int atoms) = ((int)problem.Correlation_BK.shape[0], (int)problem.Correlation_BK.shape[1]);
        Tensor code_BK = zeros_like(problem.Correlation_BK);
        using Tensor residual_BK = problem.Correlation_BK.clone();
        T penalty = T.CreateChecked(options.Penalty), tolerance = T.CreateChecked(options.Tolerance * Scale(options.Penalty));
        T* gram = Memory<T>(problem.Gram_KK), residual = Memory<T>(residual_BK), code = Memory<T>(code_BK);
        RowParallel.For(signals, (first, count) =>
        {
            int[] active_K = new int[atoms];
            T[] violation_K = new T[atoms];
            for (int row = first; row < first + count; row++)
            {
                CoordinateDescent.Solve(
                    new ReadOnlySpan<T>(gram, atoms * atoms),
                    new Span<T>(residual + ((long)row * atoms), atoms),
                    new Span<T>(code + ((long)row * atoms), atoms),
                    violation_K,
                    active_K,
                    penalty,
                    options.NonNegative,
                    tolerance,
                    options.MaximumIterations);
            }
        });
        return code_BK;
    }

    private static unsafe Tensor FollowPath(GramProblem problem, SparseCodingOptions options)
    {
        (int signals, int atoms) = ((int)problem.Correlation_BK.shape[0], (int)problem.Correlation_BK.shape[1]);
        using Tensor gram_KK = problem.Gram_KK.to(ScalarType.Float64), correlation_BK = problem.Correlation_BK.to(ScalarType.Float64);
        Tensor code_BK = zeros_like(correlation_BK);
        double* gram = Memory<double>(gram_KK), correlation = Memory<double>(correlation_BK), code = Memory<double>(code_BK);
        RowParallel.For(signals, (first, count) =>
        {
            LassoPath path = new(atoms, options.NonNegative, options.MaximumIterations);
            for (int row = first; row < first + count; row++)
            {
                path.Solve(
                    new ReadOnlySpan<double>(gram, atoms * atoms),
                    new ReadOnlySpan<double>(correlation + ((long)row * atoms), atoms),
                    new Span<double>(code + ((long)row * atoms), atoms),
                    options.Penalty);
            }
        });
        if (problem.Correlation_BK.dtype == ScalarType.Float64)
        {
            return code_BK;
        }

        using (code_BK)
        {
            return code_BK.to(problem.Correlation_BK.dtype);
        }
    }

    /// <summary>The unit of the tolerance: α, and 1 where there is no penalty.</summary>
    internal static double Scale(double penalty) => penalty > 0 ? penalty : 1;

    private static unsafe T* Memory<T>(Tensor tensor)
        where T : unmanaged
    {
        // Memory of libtorch: nobody moves it, and the tensor outlives the work.
        return (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.AsBytes()));
    }

    private static void Check(Tensor x_BD, Tensor atoms_KD)
    {
        if (x_BD.dim() != 2 || atoms_KD.dim() != 2 || x_BD.shape[1] != atoms_KD.shape[1])
        {
            throw new ArgumentException($"signals of shape [{string.Join(", ", x_BD.shape)}] do not fit atoms of shape [{string.Join(", ", atoms_KD.shape)}]: both need two dimensions and the second the same");
        }

        if (x_BD.dtype != atoms_KD.dtype || x_BD.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"signals of {x_BD.dtype} do not fit atoms of {atoms_KD.dtype}: both must be float32 or both float64");
        }
    }
}
