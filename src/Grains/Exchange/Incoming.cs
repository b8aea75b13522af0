using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>A tensor that came in a message: in its bytes, on loan, or under a ticket with which it is being fetched.</summary>
internal sealed class Incoming
{
    private readonly byte[]? _frame;
    private readonly Lent? _lent;
    private readonly Task<Tensor>? _fetch;

    public Incoming(TensorMessage message, LocalTensors local, BulkChannel? bulk)
    {
        _frame = message.Frame;
        if (message.Bulk is { } ticket)
        {
            _fetch = Fetch(ticket, bulk ?? throw new InvalidOperationException($"a bulk ticket of {ticket.Endpoint} reached silo {local.Silo}, which has no bulk channel: let all silos have one or none"));
        }
        else
        {
            _lent = _frame is null ? local.Borrow(message.Ticket) : null;
        }
    }

    /// <summary>
    /// Whether it is made and freed on the same thread that uses it. Then the order of that thread's queue is all that
    /// is needed; else the user waits for <see cref="ReadyFor"/>, and answers its lender only after use.
    /// </summary>
    public bool InStream(DeviceThread user) => _lent is { } lent && lent.Device == user;

    /// <summary>Whether it is lent from another thread of this silo: its lender frees it as soon as it is answered, and not when it was used.</summary>
    public bool IsOfAnotherThread(DeviceThread user) => _lent is { } lent && lent.Device != user;

    /// <summary>The work that makes the tensor.</summary>
    public Task Made => _lent?.Made ?? _fetch ?? Task.CompletedTask;

    /// <summary>Completes when work may be queued that uses the tensor.</summary>
    public Task ReadyFor(DeviceThread user) => InStream(user) ? Task.CompletedTask : Made;

    /// <summary>
    /// The tensor on a device: the lender's own memory where it is lent there, else a copy. Call it in work on the thread of the device
    /// that asks; whichever it is, the handle belongs to that work's dispose scope, and disposing of it leaves the lender's tensor as it
    /// is. One that was fetched can be opened once.
    /// </summary>
    public Tensor Open(Device device)
    {
        if (_fetch is { } fetch)
        {
            Tensor fetched = fetch.GetAwaiter().GetResult();
            return device.type == TorchSharp.DeviceType.CPU ? Owned(fetched) : fetched.to(device, disposeAfter: true);
        }

        return _frame is { } frame ? TensorFrame.Decode(frame, device, TensorTransfer.MaximumFrameBytes) : _lent!.Open(device);
    }

    /// <summary>Copies the tensor into memory of the same shape, in that memory's number format; call it in work on the device's thread.</summary>
    public void CopyTo(Tensor into)
    {
        // What is lent on another device goes there in one copy.
        using Tensor source = _lent is { } lent ? lent.Open() : Open(into.device);
        using (no_grad())
        {
            into.copy_(source);
        }
    }

    /// <summary>Handed over to the dispose scope of the work that opens it.</summary>
    private static Tensor Owned(Tensor fetched)
    {
        using (fetched)
        {
            return fetched.detach();
        }
    }

    private static async Task<Tensor> Fetch(BulkTicket ticket, BulkChannel bulk)
    {
        (ScalarType type, long bytes) = BulkTickets.Size(ticket, bulk.Options.MaximumBytes);
        Tensor tensor = empty(ticket.Shape, type);
        try
        {
            if (bytes > 0)
            {
                using TensorMemory memory = new(tensor);
                await bulk.Fetch(ticket.Endpoint, ticket.Id, ticket.Round, memory.Memory);
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }
}
