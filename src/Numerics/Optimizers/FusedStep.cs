using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cluster.Numerics;

/// <summary>Runs a kernel over whole buffers in one pass: each element is read once and written once.</summary>
internal static class FusedStep
{
    private static readonly int Lanes = Vector256<float>.Count;

    /// <summary>Elements that a thread takes at a time: a multiple of the lanes, so that the padded rest is the last range's.</summary>
    private const int Grain = 1 << 14;

    /// <summary>All spans that the kernel uses have the length of <paramref name="values"/>; the others are empty.</summary>
    internal static void Run<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, Span<float> state0 = default, Span<float> state1 = default, Span<float> state2 = default)
        where TKernel : struct, IStepKernel
    {
        if (gradients.Length != values.Length || (TKernel.States > 0 && state0.Length != values.Length)
            || (TKernel.States > 1 && state1.Length != values.Length) || (TKernel.States > 2 && state2.Length != values.Length))
            throw new ArgumentException("Values, gradients and optimizer state differ in length.");
        IntraOp.For(values.Length, Grain, new Pass<TKernel>(kernel, values, gradients, state0, state1, state2));
    }

    private static void RunPart<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, Span<float> state0, Span<float> state1, Span<float> state2)
        where TKernel : struct, IStepKernel
    {
        var whole = values.Length - values.Length % Lanes;
        RunWhole(kernel, values[..whole], gradients, state0, state1, state2);
        if (whole == values.Length) return;

        // The rest goes through the same vector code, in padded copies: one formula, one rounding.
        var rest = values.Length - whole;
        Span<float> padded = stackalloc float[5 * 8];
        padded.Clear();
        values[whole..].CopyTo(padded);
        gradients[whole..].CopyTo(padded[8..]);
        if (TKernel.States > 0) state0[whole..].CopyTo(padded[16..]);
        if (TKernel.States > 1) state1[whole..].CopyTo(padded[24..]);
        if (TKernel.States > 2) state2[whole..].CopyTo(padded[32..]);
        RunWhole(kernel, padded[..8], padded[8..16], padded[16..24], padded[24..32], padded[32..40]);
        padded[..rest].CopyTo(values[whole..]);
        if (TKernel.States > 0) padded.Slice(16, rest).CopyTo(state0[whole..]);
        if (TKernel.States > 1) padded.Slice(24, rest).CopyTo(state1[whole..]);
        if (TKernel.States > 2) padded.Slice(32, rest).CopyTo(state2[whole..]);
    }

    [SkipLocalsInit]
    private static void RunWhole<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, Span<float> state0, Span<float> state1, Span<float> state2)
        where TKernel : struct, IStepKernel
    {
        // References in place of indexing: the lengths were checked once, and a check per load costs a tenth of the pass.
        ref var v = ref MemoryMarshal.GetReference(values);
        ref var g = ref MemoryMarshal.GetReference(gradients);
        ref var s0 = ref MemoryMarshal.GetReference(state0);
        ref var s1 = ref MemoryMarshal.GetReference(state1);
        ref var s2 = ref MemoryMarshal.GetReference(state2);
        for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector256<float>.Count)
        {
            var value = Vector256.LoadUnsafe(ref v, i);
            var first = TKernel.States > 0 ? Vector256.LoadUnsafe(ref s0, i) : default;
            var second = TKernel.States > 1 ? Vector256.LoadUnsafe(ref s1, i) : default;
            var third = TKernel.States > 2 ? Vector256.LoadUnsafe(ref s2, i) : default;
            kernel.Apply(ref value, Vector256.LoadUnsafe(ref g, i), ref first, ref second, ref third);
            value.StoreUnsafe(ref v, i);
            if (TKernel.States > 0) first.StoreUnsafe(ref s0, i);
            if (TKernel.States > 1) second.StoreUnsafe(ref s1, i);
            if (TKernel.States > 2) third.StoreUnsafe(ref s2, i);
        }
    }

    private readonly ref struct Pass<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, Span<float> state0, Span<float> state1, Span<float> state2) : IRangeWork
        where TKernel : struct, IStepKernel
    {
        private readonly TKernel kernel = kernel;
        private readonly Span<float> values = values, state0 = state0, state1 = state1, state2 = state2;
        private readonly ReadOnlySpan<float> gradients = gradients;

        public void Run(int first, int count) => RunPart(
            kernel, values.Slice(first, count), gradients.Slice(first, count), State(state0, first, count), State(state1, first, count), State(state2, first, count));

        private static Span<float> State(Span<float> state, int first, int count) => state.IsEmpty ? default : state.Slice(first, count);
    }
}
