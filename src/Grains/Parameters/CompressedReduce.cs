using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A shard's side of the compressed exchange: mixes the contributors' messages in their order, and after the last round of an update
/// steps the slice by what all of them decode.
/// </summary>
/// <param name="slice">What it steps.</param>
/// <param name="codec">A shard's; owned.</param>
/// <param name="transfer">Puts tensors into messages.</param>
/// <param name="scale">From step, update and the average's sum of squares: what the average is multiplied by; null where the update is left out.</param>
/// <param name="measure">From a step: what takes the norms of its update; null where nobody asks.</param>
internal sealed class CompressedReduce(
    ShardSlice slice, GradientCodec codec, TensorTransfer transfer, Func<StepId, long, Func<Task<double>>, Task<double?>> scale,
    Func<long, Action<UpdateNorms>?> measure) : IDisposable
{
    private readonly Dictionary<(long Update, int Round), MixRound> _rounds = [];

    /// <summary>Takes a contributor's message, and answers when all have come.</summary>
    public async Task<MixedMessage> Mix(CompressedPart part)
    {
        if (!_rounds.TryGetValue((part.Update, part.Round), out MixRound? round))
        {
            _rounds.Add((part.Update, part.Round), round = new MixRound(slice.Role.Contributors));
        }

        if (await round.Put(part, transfer, slice.Device))
        {
            try
            {
                await Finish(round, part);
            }
            catch (Exception problem)
            {
                round.Fail(problem);
                throw;
            }
        }

        return await round.Answer(part.Contributor);
    }

    /// <summary>Ends what waits.</summary>
    public void Fail(Exception problem)
    {
        foreach (MixRound round in _rounds.Values)
        {
            round.Fail(problem);
        }
    }

    /// <summary>Frees all; on the device's thread.</summary>
    public void Dispose()
    {
        foreach (MixRound round in _rounds.Values)
        {
            round.Dispose();
        }

        codec.Dispose();
    }

    private async Task Finish(MixRound round, CompressedPart part)
    {
        bool last = part.Round == codec.Rounds - 1;
        _rounds.Remove((part.Update - 1, part.Round), out MixRound? past);
        (Tensor[] Mixed, Tensor? Average) made = await slice.Device.RunAsync("shard.mix", () =>
        {
            // Whoever sends again has taken the answers of the update before.
            past?.Dispose();
            Tensor[] mixed = codec.Mix(part.Round, round.Open(slice.Device));
            Tensor? average = last ? codec.Decode(mixed).DetachFromDisposeScope() : null;
            Tensor[] kept = [.. mixed.Select(tensor => tensor.DetachFromDisposeScope())];
            return (kept, average);
        });
        round.Keep(made.Mixed, made.Average);
        double? factor = null;
        if (made.Average is { } gradient)
        {
            factor = await scale(part.At, part.Update, () => slice.Device.RunAsync(() => GradientNorm.SumOfSquares(gradient)));
            await slice.Device.RunAsync("shard.step", () =>
            {
                if (factor is { } multiple)
                {
                    Action<UpdateNorms>? measured = measure(part.At.Step);
                    UpdateNorms? norms = measured is null ? null : new UpdateNorms();
                    slice.Step(gradient, multiple, part.At.Step, norms);
                    if (norms is not null)
                    {
                        measured!(norms);
                    }
                }
            });
        }

        await round.Hand(transfer, slice.Device, factor);
    }
}
