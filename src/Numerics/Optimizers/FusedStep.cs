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
    internal static void Run<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, StateSpans state)
        where TKernel : struct, IStepKernel
    {
        if (gradients.Length != values.Length || !state.HaveLength(TKernel.States, values.Length))
            throw new ArgumentException("Values, gradients and optimizer state differ in length.");
        IntraOp.For(values.Length, Grain, new Pass<TKernel>(kernel, values, gradients, state));
    }

    private static void RunPart<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, StateSpans state)
        where TKernel : struct, IStepKernel
    {
        var whole = values.Length - values.Length % Lanes;
        RunWhole(kernel, values[..whole], gradients, state);
        if (whole == values.Length) return;

        // The rest goes through the same vector code, in padded copies: one formula, one rounding.
        var rest = values.Length - whole;
        Span<float> padded = stackalloc float[5 * 8];
        padded.Clear();
        values[whole..].CopyTo(padded);
        gradients[whole..].CopyTo(padded[8..]);
        if (TKernel.States > 0) state.From0[whole..].CopyTo(padded[16..]);
        if (TKernel.States > 1) state.From1[whole..].CopyTo(padded[24..]);
        if (TKernel.States > 2) state.From2[whole..].CopyTo(padded[32..]);
        Span<float> first = padded[16..24], second = padded[24..32], third = padded[32..40];
        RunWhole(kernel, padded[..8], padded[8..16], new StateSpans { From0 = first, From1 = second, From2 = third, To0 = first, To1 = second, To2 = third });
        padded[..rest].CopyTo(values[whole..]);
        if (TKernel.States > 0) first[..rest].CopyTo(state.To0[whole..]);
        if (TKernel.States > 1) second[..rest].CopyTo(state.To1[whole..]);
        if (TKernel.States > 2) third[..rest].CopyTo(state.To2[whole..]);
    }

    [SkipLocalsInit]
    private static unsafe void RunWhole<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, StateSpans state)
        where TKernel : struct, IStepKernel
    {
        // References in place of indexing: the lengths were checked once, and a check per load costs a tenth of the pass.
        ref var v = ref MemoryMarshal.GetReference(values);
        ref var g = ref MemoryMarshal.GetReference(gradients);
        ref var s0 = ref MemoryMarshal.GetReference(state.From0);
        ref var s1 = ref MemoryMarshal.GetReference(state.From1);
        ref var s2 = ref MemoryMarshal.GetReference(state.From2);
        fixed (float* t0 = state.To0, t1 = state.To1, t2 = state.To2)
        {
            // Memory that was not read need not come into the cache to be written.
            var past = TKernel.States > 0 && state.AreApart && (((nuint)t0 | (nuint)t1 | (nuint)t2) & 31) == 0;
            for (nuint i = 0; i < (nuint)values.Length; i += (nuint)Vector256<float>.Count)
            {
                var value = Vector256.LoadUnsafe(ref v, i);
                var first = TKernel.States > 0 ? Vector256.LoadUnsafe(ref s0, i) : default;
                var second = TKernel.States > 1 ? Vector256.LoadUnsafe(ref s1, i) : default;
                var third = TKernel.States > 2 ? Vector256.LoadUnsafe(ref s2, i) : default;
                kernel.Apply(ref value, Vector256.LoadUnsafe(ref g, i), ref first, ref second, ref third);
                value.StoreUnsafe(ref v, i);
                if (past)
                {
                    if (TKernel.States > 0) first.StoreAlignedNonTemporal(t0 + i);
                    if (TKernel.States > 1) second.StoreAlignedNonTemporal(t1 + i);
                    if (TKernel.States > 2) third.StoreAlignedNonTemporal(t2 + i);
                }
                else
                {
                    if (TKernel.States > 0) first.Store(t0 + i);
                    if (TKernel.States > 1) second.Store(t1 + i);
                    if (TKernel.States > 2) third.Store(t2 + i);
                }
            }
        }
    }

    private readonly ref struct Pass<TKernel>(TKernel kernel, Span<float> values, ReadOnlySpan<float> gradients, StateSpans state) : IRangeWork
        where TKernel : struct, IStepKernel
    {
        private readonly TKernel kernel = kernel;
        private readonly Span<float> values = values;
        private readonly ReadOnlySpan<float> gradients = gradients;
        private readonly StateSpans state = state;

        public void Run(int first, int count) =>
            RunPart(kernel, values.Slice(first, count), gradients.Slice(first, count), state.Slice(first, count));
    }
}
