using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The messages of all contributors in one round of a compressed exchange, in any order of arrival, and the answers to them.</summary>
internal sealed class MixRound(int contributors) : IDisposable
{
    private readonly CompressedPart?[] _parts = new CompressedPart?[contributors];
    private readonly Incoming[]?[] _incoming = new Incoming[]?[contributors];
    private readonly TaskCompletionSource<MixedMessage[]> _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Outgoing> _held = [];
    private Tensor[] _mixed = [];
    private Tensor? _average;

    /// <summary>Takes a message; one that comes twice counts once.</summary>
    /// <returns>True where it was the last.</returns>
    public async ValueTask<bool> Put(CompressedPart part, TensorTransfer transfer, DeviceThread device)
    {
        if (_parts[part.Contributor] is not null)
        {
            return false;
        }

        _parts[part.Contributor] = part;
        Incoming[] incoming = await Received.All(part.Tensors, transfer, device);
        _incoming[part.Contributor] = incoming;
        return Array.TrueForAll(_incoming, static each => each is not null);
    }

    /// <summary>All messages, in the contributors' order; on the device's thread.</summary>
    public IReadOnlyList<Tensor[]> Open(DeviceThread device) => [.. _incoming.Select(each => Received.Open(each!, device))];

    /// <summary>Takes what was made of them.</summary>
    public void Keep(Tensor[] mixed, Tensor? average) => (_mixed, _average) = (mixed, average);

    /// <summary>Sends everybody's answer.</summary>
    public async Task Hand(TensorTransfer transfer, DeviceThread device, double? scale)
    {
        MixedMessage[] answers = new MixedMessage[contributors];
        for (int contributor = 0; contributor < contributors; contributor++)
        {
            TensorMessage[] messages = new TensorMessage[_mixed.Length];
            for (int i = 0; i < messages.Length; i++)
            {
                Tensor tensor = _mixed[i];
                Outgoing outgoing = await transfer.Pack(() => tensor, Task.CompletedTask, device, _parts[contributor]!.Silo);
                _held.Add(outgoing);
                messages[i] = outgoing.Message;
            }

            answers[contributor] = new MixedMessage(messages, scale);
        }

        _answers.TrySetResult(answers);
    }

    /// <summary>A contributor's answer, once there is one.</summary>
    public async Task<MixedMessage> Answer(int contributor) => (await _answers.Task)[contributor];

    public void Fail(Exception problem)
    {
        _answers.TrySetException(problem);
        _ = _answers.Task.Exception;
    }

    /// <summary>Frees the answers; on the device's thread.</summary>
    public void Dispose()
    {
        _held.ForEach(each => each.Dispose());
        foreach (Tensor tensor in _mixed)
        {
            tensor.Dispose();
        }

        _average?.Dispose();
    }
}
