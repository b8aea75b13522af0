using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>A tensor that came in a message, in its bytes or on loan.</summary>
internal sealed class Incoming
{
    private readonly byte[]? _frame;
    private readonly Lent? _lent;

    public Incoming(TensorMessage message, LocalTensors local)
    {
        _frame = message.Frame;
        _lent = _frame is null ? local.Borrow(message.Ticket) : null;
    }

    /// <summary>
    /// Whether it is made and freed on the same thread that uses it. Then the order of that thread's queue is all that
    /// is needed; else the user waits for <see cref="ReadyFor"/>, and answers its lender only after use.
    /// </summary>
    public bool InStream(DeviceThread user) => _lent is { } lent && lent.Device == user;

    /// <summary>The work that makes the tensor.</summary>
    public Task Made => _lent?.Made ?? Task.CompletedTask;

    /// <summary>Completes when work may be queued that uses the tensor.</summary>
    public Task ReadyFor(DeviceThread user) => _lent is null || InStream(user) ? Task.CompletedTask : _lent.Made;

    /// <summary>The tensor without copying where it is lent; call it in work on the device's thread and dispose of it there.</summary>
    public Tensor Open(Device device) => _frame is { } frame ? TensorFrame.Decode(frame, device, TensorTransfer.MaximumFrameBytes) : _lent!.Open();

    /// <summary>Copies the tensor into memory of the same shape; call it in work on the device's thread.</summary>
    public void CopyTo(Tensor into)
    {
        if (_frame is { } frame)
        {
            TensorFrame.DecodeInto(frame, into);
            return;
        }

        using Tensor lent = _lent!.Open();
        using (no_grad())
        {
            into.copy_(lent);
        }
    }
}
