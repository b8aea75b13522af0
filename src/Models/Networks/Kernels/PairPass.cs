using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cluster.Numerics;

namespace Cluster.Models;

/// <summary>A function of two values, eight at a time.</summary>
internal interface IPairFunction
{
    Vector256<float> Apply(Vector256<float> value, Vector256<float> other);
}

/// <summary>Applies a function over memory in one pass.</summary>
internal static class PairPass
{
    /// <summary>Elements that a thread takes at a time: a multiple of the lanes, so that the padded rest is the last range's.</summary>
    private const int Grain = 1 << 12;

    /// <summary>Replaces each value by the function of itself and its other; both of one length.</summary>
    public static void Run<T>(T function, Span<float> values, ReadOnlySpan<float> others)
        where T : struct, IPairFunction
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(others.Length, values.Length);
        IntraOp.For(values.Length, Grain, new Pass<T>(function, values, others));
    }

    private static void RunPart<T>(T function, Span<float> values, ReadOnlySpan<float> others)
        where T : struct, IPairFunction
    {
        int lanes = Vector256<float>.Count, whole = values.Length - (values.Length % lanes);
        ref float v = ref MemoryMarshal.GetReference(values);
        ref float o = ref MemoryMarshal.GetReference(others);
        for (int i = 0; i < whole; i += lanes)
        {
            function.Apply(Vector256.LoadUnsafe(ref v, (nuint)i), Vector256.LoadUnsafe(ref o, (nuint)i)).StoreUnsafe(ref v, (nuint)i);
        }

        if (whole == values.Length)
        {
            return;
        }

        // The rest goes through the same vector code, in padded copies: one formula, one rounding.
        Span<float> value = stackalloc float[lanes], other = stackalloc float[lanes];
        value.Clear();
        other.Clear();
        values[whole..].CopyTo(value);
        others[whole..].CopyTo(other);
        function.Apply(Vector256.Create<float>(value), Vector256.Create<float>(other)).CopyTo(value);
        value[..(values.Length - whole)].CopyTo(values[whole..]);
    }

    private readonly ref struct Pass<T>(T function, Span<float> values, ReadOnlySpan<float> others) : IRangeWork
        where T : struct, IPairFunction
    {
        private readonly Span<float> _values = values;
        private readonly ReadOnlySpan<float> _others = others;

        public void Run(int first, int count) => RunPart(function, _values.Slice(first, count), _others.Slice(first, count));
    }
}
