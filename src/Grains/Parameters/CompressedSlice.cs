using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A contributor's side of the compressed exchange with one shard. What comes back is the averaged gradient, as small as what was sent;
/// so the contributor takes the optimizer's step itself, with a copy of the shard's state, and gets the shard's bits. Only where it
/// shares the shard's memory does it leave the step to the shard.
/// </summary>
/// <param name="codec">A contributor's; owned.</param>
/// <param name="mirror">The copy of the shard's slice; null where its memory is shared. Owned.</param>
/// <param name="shard">The shard.</param>
/// <param name="gradient">Gives the slice's gradient.</param>
/// <param name="values">Gives the contributor's parameters of the slice, where the mirror steps in other memory; null where it does not.</param>
/// <param name="device">The thread of all these tensors.</param>
/// <param name="transfer">Puts tensors into messages.</param>
internal sealed class CompressedSlice(
    GradientCodec codec, ShardSlice? mirror, IParameterShardGrain shard, Func<Tensor> gradient, Func<Tensor>? values, DeviceThread device,
    TensorTransfer transfer) : IDisposable
{
    private string? _shardSilo;

    /// <summary>What the last update took, there and back.</summary>
    public long Bytes { get; private set; }

    /// <inheritdoc cref="GradientCodec.State"/>
    public IReadOnlyList<NamedTensor> State => codec.State;

    /// <summary>Exchanges the gradient, which has been computed, for new values.</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="update">Which update of the role this is.</param>
    /// <param name="contributor">The place among the role's contributors.</param>
    public async Task Step(StepId at, long update, int contributor)
    {
        _shardSilo ??= await shard.Where(at.Attempt);
        Bytes = 0;
        Tensor[] message = await device.RunAsync("exchange.compress", () => codec.Encode(gradient()));
        for (int round = 0; ; round++)
        {
            MixedMessage answer = await Send(new CompressedPart(at, update, contributor, transfer.Silo, round, []), message);
            Incoming[] mixed = await Received.All(answer.Tensors, transfer, device);
            Tensor[] sent = message;
            if (round == codec.Rounds - 1)
            {
                await device.RunAsync("exchange.step", () => Apply(Received.Open(mixed, device), sent, answer.Scale, at.Step));
                return;
            }

            message = await device.RunAsync("exchange.compress", () => codec.Continue(Counted(Received.Open(mixed, device), sent)));
        }
    }

    /// <summary>Frees its state; on the device's thread.</summary>
    public void Dispose()
    {
        codec.Dispose();
        mirror?.Dispose();
    }

    private async Task<MixedMessage> Send(CompressedPart part, Tensor[] message)
    {
        List<Outgoing> outgoing = [];
        try
        {
            foreach (Tensor tensor in message)
            {
                outgoing.Add(await transfer.Pack(() => tensor, Task.CompletedTask, device, _shardSilo!));
            }

            return await shard.Mix(part with { Tensors = [.. outgoing.Select(each => each.Message)] });
        }
        finally
        {
            outgoing.ForEach(each => each.Dispose());
        }
    }

    private void Apply(Tensor[] mixed, Tensor[] sent, double? scale, long step)
    {
        Counted(mixed, sent);
        if (mirror is not null && scale is { } factor)
        {
            mirror.Step(codec.Decode(mixed), factor, step);
            if (values is not null)
            {
                using IDisposable guard = no_grad();
                values().copy_(mirror.Values);
            }
        }
        else if (mirror is null)
        {
            // The factors of the next update come from the answer, whoever steps.
            codec.Decode(mixed);
        }

        codec.Commit(scale is not null);
    }

    /// <summary>Adds up what went there and came back, and frees what was sent.</summary>
    private Tensor[] Counted(Tensor[] mixed, Tensor[] sent)
    {
        Bytes += mixed.Concat(sent).Sum(tensor => tensor.NumberOfElements * tensor.ElementSize);
        foreach (Tensor tensor in sent)
        {
            tensor.Dispose();
        }

        return mixed;
    }
}
