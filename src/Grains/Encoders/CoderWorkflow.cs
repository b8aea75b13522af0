using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Grains;

/// <summary>
/// One step of encoders and decoders: encoder r sends the codes of its minibatch, decoder r answers with the loss and its gradients,
/// both exchange theirs. It only sends and awaits.
/// </summary>
internal sealed class CoderWorkflow : IWorkflow
{
    private readonly WorkflowContext _context;
    private readonly CoderBlueprint _blueprint;
    private readonly IEncoderGrain[] _encoders;
    private readonly IDecoderGrain[] _decoders;
    private readonly RoleShards _shards;

    public CoderWorkflow(WorkflowContext context, CoderBlueprint blueprint)
    {
        _context = context;
        _blueprint = blueprint;
        _encoders = context.Replicas<IEncoderGrain>(CoderModel.EncoderRole, blueprint.File.Replicas);
        _decoders = context.Replicas<IDecoderGrain>(CoderModel.DecoderRole, blueprint.File.Replicas);
        _shards = new RoleShards(context, blueprint);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FigureNames { get; } = ["loss", "reconstruction", "rate", "penalty"];

    /// <inheritdoc/>
    public IReadOnlyList<ITrainingActor> Actors => [.. _encoders, .. _decoders, .. _shards.Actors];

    /// <summary>Opens shards, then decoders, then encoders, which ask where their decoder is.</summary>
    /// <inheritdoc/>
    public async Task Open(long step, string? checkpoint)
    {
        await _shards.Open(step, checkpoint);
        await Together.All(_decoders.Select((decoder, index) => decoder.Open(_context.Open(index, step, checkpoint))));
        await Together.All(_encoders.Select((encoder, index) => encoder.Open(_context.Open(index, step, checkpoint))));
    }

    /// <inheritdoc/>
    public Task Step(long step)
    {
        StepId at = _context.At(step);
        return AllOrFirstFailure([.. _encoders.Select(encoder => encoder.Step(at)), .. _decoders.Select(decoder => decoder.Step(at))]);
    }

    /// <summary>Where one half is lost the other waits for it: the first failure must not wait for the rest.</summary>
    private static async Task AllOrFirstFailure(List<Task> steps)
    {
        while (steps.Count > 0)
        {
            Task ended = await Task.WhenAny(steps);
            await ended;
            steps.Remove(ended);
        }
    }

    /// <summary>Means over the replicas in their order; the loss has the encoders' penalties in it.</summary>
    /// <inheritdoc/>
    public async Task<double[][]> Report(long first, int count)
    {
        StepId at = _context.At(first);
        Task<double[][]> encoded = Together.All(_encoders.Select(encoder => encoder.Report(at, count)));
        Task<DecoderStep[][]> decoded = Together.All(_decoders.Select(decoder => decoder.Report(at, count)));
        await Together.All(encoded, decoded);
        return [.. Enumerable.Range(0, count).Select(step =>
        {
            double penalty = encoded.Result.Average(replica => replica[step]);
            return new double[]
            {
                decoded.Result.Average(replica => replica[step].Loss) + penalty,
                decoded.Result.Average(replica => replica[step].Reconstruction),
                decoded.Result.Average(replica => replica[step].Rate),
                penalty,
            };
        })];
    }

    /// <inheritdoc/>
    public Task<byte[]> Sample()
    {
        SampleSection sample = _blueprint.File.Sample;
        return _encoders[0].Sample(_context.Attempt, sample.Rows, sample.Columns, (ulong)sample.Seed);
    }

    /// <inheritdoc/>
    public Task Snapshot(long step) => _shards.Snapshot(step);

    /// <inheritdoc/>
    public Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint) => _shards.WriteSnapshot(step, checkpoint);

    /// <inheritdoc/>
    public Task Close() => Closing.All(
        _encoders.Select(encoder => encoder.Close(_context.Attempt)),
        _decoders.Select(decoder => decoder.Close(_context.Attempt)),
        _shards.Close());
}
