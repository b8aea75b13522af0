using System.Runtime.Intrinsics;

namespace Cluster.Numerics;

/// <summary>
/// One optimizer step on eight elements at a time. Only operations that IEEE 754 rounds by themselves (no fused multiply-add, no
/// estimates), so that the bits depend on no processor's vector width.
/// </summary>
internal interface IStepKernel
{
    /// <summary>State vectors in use, from the first: 0 to 3.</summary>
    static abstract int States { get; }

    void Apply(ref Vector256<float> value, Vector256<float> gradient, ref Vector256<float> state0, ref Vector256<float> state1, ref Vector256<float> state2);
}
