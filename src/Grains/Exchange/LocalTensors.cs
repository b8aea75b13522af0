using Cluster.Contracts;
using Cluster.Numerics;
using Orleans.Runtime;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Tensors that actors of one silo lend each other instead of copying them through messages. What is lent may still be
/// in the making: whoever works on the same device thread queues behind the maker and need not wait, so that messages
/// run ahead of the arithmetic and the device never waits for them.
/// </summary>
public sealed class LocalTensors(ILocalSiloDetails silo)
{
    private readonly Dictionary<long, Lent> _loans = [];
    private readonly Lock _gate = new();
    private readonly Lock _lives = new();
    private long _last;

    /// <summary>The silo's name among all silos.</summary>
    public string Silo { get; } = silo.SiloAddress.ToParsableString();

    /// <summary>How many loans are open: the leak test counts them.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _loans.Count;
            }
        }
    }

    /// <summary>Lends a tensor until the loan is disposed of.</summary>
    /// <param name="tensor">Gives the tensor once it is made; called on the borrower's device thread.</param>
    /// <param name="made">The work that makes it, as its device thread gave it.</param>
    /// <param name="device">The thread on which it is made, and on which it will be overwritten or freed.</param>
    public Loan Lend(Func<Tensor> tensor, Task made, DeviceThread device)
    {
        lock (_gate)
        {
            long ticket = ++_last;
            _loans.Add(ticket, new Lent(tensor, made, device, _lives));
            return new Loan(this, ticket);
        }
    }

    /// <summary>Lends again under the same ticket what other work makes.</summary>
    internal void Renew(long ticket, Task made)
    {
        lock (_gate)
        {
            _loans[ticket] = _loans[ticket] with { Made = made };
        }
    }

    /// <summary>What a ticket stands for; it stays good when the loan ends.</summary>
    /// <exception cref="StaleAttemptException">The loan has ended, as it does when its lender closes, be it that a loss elsewhere ended that one.</exception>
    internal Lent Borrow(long ticket)
    {
        lock (_gate)
        {
            return _loans.TryGetValue(ticket, out Lent? lent)
                ? lent
                : throw new StaleAttemptException($"tensor {ticket} of silo {Silo} is no longer lent: its lender has closed");
        }
    }

    /// <summary>
    /// Frees tensors that may have been lent. Who closes in the middle of a step does not wait for borrowers on other threads; they take a
    /// handle of their own before this or find that there is none, and never one that is just being freed.
    /// </summary>
    internal void Free(Action free)
    {
        lock (_lives)
        {
            free();
        }
    }

    private void End(long ticket)
    {
        lock (_gate)
        {
            _loans.Remove(ticket);
        }
    }

    /// <summary>An open loan.</summary>
    public sealed class Loan(LocalTensors owner, long ticket) : IDisposable
    {
        /// <summary>What a borrower on this silo names.</summary>
        public long Ticket => ticket;

        /// <summary>Ends the loan; ending it twice does nothing.</summary>
        public void Dispose() => owner.End(ticket);
    }
}

/// <summary>A tensor that is lent, or will be once <paramref name="Made"/> ends.</summary>
/// <param name="Tensor">Gives the owner's handle.</param>
/// <param name="Made">The work that makes it.</param>
/// <param name="Device">The thread that it is made on.</param>
/// <param name="Lives">Held while it is opened, and while those who may have lent it free it.</param>
internal sealed record Lent(Func<Tensor> Tensor, Task Made, DeviceThread Device, Lock Lives)
{
    /// <summary>A handle of the borrower's own, on whatever device the tensor is. Call it in work that was queued behind the maker, or after it ended.</summary>
    /// <exception cref="StaleAttemptException">The lender has closed and freed it.</exception>
    public Tensor Open()
    {
        Made.GetAwaiter().GetResult();
        try
        {
            lock (Lives)
            {
                return Tensor().detach();
            }
        }
        catch (InvalidOperationException freed)
        {
            throw new StaleAttemptException($"a tensor that was lent is no longer there, as its lender has closed: {freed.Message}");
        }
    }

    /// <summary>
    /// The same on a device: where the tensor is on another, a copy, which libtorch orders behind the maker's kernels and before what
    /// the lender's device does with that memory later. What the CPU holds, also for a thread that it stands in for a device, is never copied for the CPU.
    /// </summary>
    public Tensor Open(Device device)
    {
        Tensor handle = Open();
        bool here = handle.device_type == device.type && (device.type == TorchSharp.DeviceType.CPU || handle.device.index == device.index);
        return here ? handle : handle.to(device, disposeAfter: true);
    }
}
