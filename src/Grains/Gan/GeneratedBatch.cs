using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One batch of fakes with the graph that makes it, and the message in which it travels.</summary>
/// <param name="step">The workflow step.</param>
/// <param name="part">Which batch of the step.</param>
/// <param name="making">The work that gives the fakes, shape (B, D).</param>
internal sealed class GeneratedBatch(long step, int part, Task<Tensor> making) : IDisposable
{
    private Outgoing? _outgoing;
    private string? _packedFor;

    public long Step => step;

    public int Part => part;

    /// <summary>The work that gives the fakes.</summary>
    public Task Made => making;

    /// <summary>The fakes with their graph, once they are made.</summary>
    public Tensor Output => making.Result;

    /// <summary>The message for a receiver; its loan lasts as long as the batch.</summary>
    public async ValueTask<TensorMessage> Pack(TensorTransfer transfer, DeviceThread device, string silo)
    {
        if (_packedFor != silo)
        {
            _outgoing?.Dispose();
            _outgoing = await transfer.Pack(() => Output, making, device, silo);
            _packedFor = silo;
        }

        return _outgoing!.Message;
    }

    /// <summary>Frees the fakes; on the device's thread, queued behind the making.</summary>
    public void Dispose()
    {
        _outgoing?.Dispose();
        if (making.IsCompletedSuccessfully)
        {
            making.Result.Dispose();
        }
    }
}
