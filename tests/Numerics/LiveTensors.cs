using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

/// <summary>Counts live tensors, process-wide.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// How many there are when those that earlier tests, and the actors of silos that they killed, left to the garbage collector are gone: else a finalizer that comes later
    /// changes the count that a test compares with.
    /// </summary>
    public static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Tensor.TotalCount;
    }
}
