using System.Collections.Concurrent;
using Orleans.Runtime;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// Tensors that actors of one silo lend each other instead of copying them through messages. A loan ends when its
/// owner disposes of it; a borrower holds its own handle on the memory, so that a loan which ends early
/// (a failed attempt) can spoil values but never crash.
/// </summary>
public sealed class LocalTensors(ILocalSiloDetails silo)
{
    private readonly Dictionary<long, Tensor> _loans = [];
    private readonly Lock _gate = new();
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

    /// <summary>Lends a tensor's memory until the loan is disposed of.</summary>
    public Loan Lend(Tensor tensor)
    {
        Tensor held = tensor.detach().DetachFromDisposeScope();
        lock (_gate)
        {
            long ticket = ++_last;
            _loans.Add(ticket, held);
            return new Loan(this, ticket);
        }
    }

    /// <summary>A handle of the borrower's own, to be disposed of by it.</summary>
    /// <exception cref="InvalidOperationException">The loan has ended.</exception>
    public Tensor Borrow(long ticket)
    {
        lock (_gate)
        {
            return _loans.TryGetValue(ticket, out Tensor? held)
                ? held.alias()
                : throw new InvalidOperationException($"tensor {ticket} of silo {Silo} is no longer lent");
        }
    }

    private void End(long ticket)
    {
        Tensor? held;
        lock (_gate)
        {
            _loans.Remove(ticket, out held);
        }

        held?.Dispose();
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
