using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>
/// The bytes of a contiguous CPU tensor as <see cref="Memory{T}"/>, for input and output without a copy. It holds a handle of its own
/// on the storage: whoever else frees the tensor meanwhile frees no memory under it. Make it on the tensor's thread; dispose of it
/// anywhere, once nothing reads or writes it any more.
/// </summary>
public sealed unsafe class TensorMemory : MemoryManager<byte>
{
    private readonly byte* start;
    private readonly int length;
    private torch.Tensor? handle;

    /// <summary>Shares a tensor's memory.</summary>
    /// <exception cref="ArgumentException">Not contiguous, or not on the CPU, or of 2 GiB and more.</exception>
    public TensorMemory(torch.Tensor tensor)
    {
        var bytes = tensor.AsBytes();
        handle = tensor.detach().DetachFromDisposeScope();
        start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        length = bytes.Length;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() =>
        handle is null ? throw new ObjectDisposedException(nameof(TensorMemory)) : new Span<byte>(start, length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Interlocked.Exchange(ref handle, null)?.Dispose();
}
