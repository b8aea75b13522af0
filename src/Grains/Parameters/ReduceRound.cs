using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The gradients of one update as they come in, one from each replica, in any order of arrival: lent, in messages, or beside
/// them, and then added as they arrive.
/// </summary>
/// <param name="slice">What is stepped.</param>
/// <param name="transfer">Receives gradients.</param>
/// <param name="update">Which update of the role.</param>
/// <param name="replicas">Contributors.</param>
/// <param name="arrivals">Told when each gradient is there.</param>
internal sealed class ReduceRound(ShardSlice slice, TensorTransfer transfer, long update, int replicas, Arrivals arrivals) : IDisposable
{
    private readonly Incoming?[] _whole = new Incoming?[replicas];
    private readonly Tensor?[] _assembled = new Tensor?[replicas];
    private readonly BulkTicket?[] _beside = new BulkTicket?[replicas];
    private Task<GradientSource>?[] _begun = new Task<GradientSource>?[replicas];
    private StandingOffer? _promised;
    private readonly TaskCompletionSource _answerable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<double> _sumOfSquares = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private bool _gathered;
    private Incoming? _average;
    private readonly bool[] _has = new bool[replicas];

    public long Update => update;

    /// <summary>When the gradients came.</summary>
    public Arrivals Arrivals => arrivals;

    /// <summary>Told of the sizes of the step on the device's thread, once it is taken; null where nobody asks.</summary>
    public Action<UpdateNorms>? Measured { get; set; }

    /// <summary>Completes when the replicas may be answered: the step is queued, or done where a replica is elsewhere.</summary>
    public Task Answerable => _answerable.Task;

    /// <summary>Where the step is taken in parts: completes when all of it is done.</summary>
    public Task Stepped { get; private set; } = Task.CompletedTask;

    /// <summary>Completes when all gradients are in.</summary>
    public Task<double> SumOfSquares => _sumOfSquares.Task;

    /// <summary>Whether all gradients live on the slice's own device thread, so that the order of its queue suffices.</summary>
    public bool InStream => _average is null ? _whole.All(incoming => incoming?.InStream(slice.Device) == true) : _average.InStream(slice.Device);

    /// <summary>Whether some gradient travels beside the messages.</summary>
    public bool Beside => Array.Exists(_beside, static ticket => ticket is not null);

    /// <summary>Takes a chunk that is not the last.</summary>
    public Task PutChunk(GradientPart part)
    {
        Incoming chunk = transfer.Receive(part.Gradient);
        return slice.Device.RunAsync(() => Place(part, chunk));
    }

    /// <summary>Takes a replica's last or only part.</summary>
    /// <returns>True where it was the last replica's.</returns>
    public async ValueTask<bool> Put(GradientPart part)
    {
        if (part.IsAverage)
        {
            Incoming average = transfer.Receive(part.Gradient);
            await average.ReadyFor(slice.Device);
            bool first = _average is null;
            _average = average;
            return first;
        }

        if (part.Gradient.Bulk is { } ticket)
        {
            _beside[part.Replica] = GradientStream.Fits(ticket, slice) ? ticket : throw new FrameFormatException(
                $"replica {part.Replica} offers a gradient of shape [{string.Join(", ", ticket.Shape)}]; the slice takes {slice.Range.Count} elements of {slice.Wire}");

            // The ticket may have come ahead of the gradient.
            if (_begun is { Length: > 0 } begun && begun[part.Replica] is null)
            {
                Task<GradientSource> coming = begun[part.Replica] = GradientSource.Begin(ticket, transfer.Bulk!, slice, () => arrivals.Mark(part.Replica), _over.Token);
                arrivals.Expect(part.Replica, coming);
            }

            return Count(part);
        }

        if (part.Offset == 0)
        {
            Incoming whole = transfer.Receive(part.Gradient);
            await whole.ReadyFor(slice.Device);
            _whole[part.Replica] = whole;
            if (whole.InStream(slice.Device))
            {
                arrivals.Follow(part.Replica, whole.Made);
                return Count(part);
            }
        }
        else
        {
            await PutChunk(part);
        }

        arrivals.Mark(part.Replica);
        return Count(part);
    }

    /// <summary>Whether all are there. A message that comes twice counts once.</summary>
    private bool Count(GradientPart part)
    {
        bool news = !_has[part.Replica];
        _has[part.Replica] = true;
        return news && Array.TrueForAll(_has, static has => has);
    }

    /// <summary>Offers the values to be to those whose gradients travel beside the messages. They need no device for it but the first time.</summary>
    public async Task Promise() => _promised = slice.Standing ?? await slice.Device.RunNextAsync(null, () => slice.Stand(transfer));

    /// <summary>What a replica is answered before the step is done; null where it is answered after it.</summary>
    public TensorMessage? Promised(int replica) => _beside[replica] is null ? null : _promised?.Message(update);

    /// <summary>Adds, averages and steps part by part as the gradients come in; each part's values leave at once.</summary>
    /// <param name="step">The workflow step.</param>
    /// <returns>Ends when all is stepped. Its failure reaches whoever fetches the values, too.</returns>
    public Task StepInParts(long step)
    {
        return Stepped = Run();

        async Task Run()
        {
            try
            {
                UpdateNorms? norms = Measured is null ? null : new UpdateNorms();
                await Read((average, offset) => StepPart(average, offset, step, norms), filled => _promised?.Fill(update, filled));
            }
            catch (Exception problem)
            {
                Fail(problem);
                throw;
            }
        }
    }

    /// <summary>Adds and averages what travels beside the messages; nothing to do where nothing does.</summary>
    public async Task Gather()
    {
        if (Beside)
        {
            await Read(null, null);
            _gathered = true;
        }
    }

    private Task Read(Action<Tensor, long>? averaged, Action<long>? done)
    {
        Task<GradientSource>?[] begun = Interlocked.Exchange(ref _begun, []);
        Task made = Task.WhenAll(_whole.Select(incoming => incoming?.Made ?? Task.CompletedTask));
        return BulkChannel.Move(() => GradientStream.Read(begun, slice, Pieces, made, averaged, done, _over.Token));
    }

    /// <summary>Sum of squares of the averaged gradient.</summary>
    public Task<double> Norm() => slice.Device.RunAsync(() => GradientNorm.SumOfSquares(Average()));

    /// <summary>Adds, averages and steps in one visit to the device, then lets the gradients go.</summary>
    /// <param name="scale">Factor from clipping; 1 leaves the gradient as it is.</param>
    /// <param name="step">The workflow step.</param>
    public Task Step(double scale, long step) => slice.Device.RunAsync(() =>
    {
        UpdateNorms? norms = Measured is null ? null : new UpdateNorms();
        slice.Step(Average(), scale, step, norms);
        Dispose();
        if (norms is not null)
        {
            Measured!(norms);
        }
    });

    /// <summary>Lets the gradients go without a step.</summary>
    public Task Drop() => slice.Device.RunAsync(Dispose);

    public void Publish(double sumOfSquares) => _sumOfSquares.TrySetResult(sumOfSquares);

    public void Answer() => _answerable.TrySetResult();

    public void Fail(Exception problem)
    {
        _over.Cancel();
        _promised?.Fail(problem);
        _ = GradientSource.End(Interlocked.Exchange(ref _begun, []));
        _answerable.TrySetException(problem);
        _sumOfSquares.TrySetException(problem);
        _ = _sumOfSquares.Task.Exception;
        _ = _answerable.Task.Exception;
        _ = Stepped.Exception;
    }

    /// <summary>Frees the gradients; on the device's thread.</summary>
    public void Dispose()
    {
        foreach (Tensor? tensor in _assembled)
        {
            tensor?.Dispose();
        }

        Array.Clear(_assembled);
        Array.Clear(_whole);
    }

    /// <summary>The last part counts the step and lets the gradients go: nobody can ask for the next one before it has seen these values.</summary>
    private void StepPart(Tensor average, long offset, long step, UpdateNorms? norms)
    {
        slice.StepPart(average, offset, step, norms);
        if (offset + average.NumberOfElements == slice.Range.Count)
        {
            slice.Optimizer.EndStep();
            Dispose();
            if (norms is not null)
            {
                Measured!(norms);
            }
        }
    }

    private Tensor Average() => _average is { } made ? made.Open(slice.Device.Device) : _gathered ? slice.Sum : slice.Average(Gradients());

    private Tensor[] Gradients() =>
        [.. Enumerable.Range(0, replicas).Select(replica => _assembled[replica] ?? Opened(replica))];

    /// <summary>A part of a gradient that did not travel beside the messages; opened once, since what comes from another device is copied.</summary>
    private Tensor Pieces(int replica, long offset, long count) =>
        (_assembled[replica] ??= Opened(replica).DetachFromDisposeScope()).narrow(0, offset, count);

    /// <summary>A gradient in the format of the sums, whatever it came in.</summary>
    private Tensor Opened(int replica)
    {
        Tensor gradient = _whole[replica]!.Open(slice.Device.Device);
        return gradient.dtype == slice.Values.dtype ? gradient : gradient.to_type(slice.Values.dtype);
    }

    private void Place(GradientPart part, Incoming chunk)
    {
        Tensor whole = _assembled[part.Replica] ??= empty_like(slice.Values).DetachFromDisposeScope();
        long count = Math.Min(TensorTransfer.ChunkElements, slice.Range.Count - part.Offset);
        chunk.CopyTo(whole.narrow(0, part.Offset, count));
    }
}
