using Orleans.Serialization;

namespace Orleans.Runtime;

/// <summary>One step of an asynchronous sequence, or its end. It interleaves with other requests, as in Orleans.</summary>
internal sealed class SequenceCall<T>(Guid id, bool dispose) : Call
{
    // As Orleans' default: what is ready at once travels together.
    private const int MaxBatch = 100;
    private readonly TaskCompletionSource<SequenceBatch<T>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SequenceBatch<T>> Answer => _answer.Task;

    public override async Task RunAsync(Activation activation)
    {
        RequestContext.Current = Context;
        try
        {
            if (dispose)
            {
                await activation.EndSequenceAsync(id);
                Complete(new SequenceBatch<T>([], true), null);
                return;
            }

            var sequence = activation.SequenceOf(id, () => Open(activation));
            var copies = new CopyContext();
            var batch = await NextAsync(sequence, copies);
            if (batch.Ended) await activation.EndSequenceAsync(id);
            Complete(batch, copies.References);
        }
        catch (Exception error)
        {
            await activation.EndSequenceAsync(id);
            Fail(ExceptionCopier.CopyForAnswer(error));
        }
    }

    protected override void SetResult(object? result) => _answer.TrySetResult((SequenceBatch<T>)result!);

    protected override void SetException(Exception error) => _answer.TrySetException(error);

    protected override void SetCancelled(CancellationToken token) => _answer.TrySetCanceled(token);

    private OpenSequence<T> Open(Activation activation)
    {
        var cancellation = new CancellationTokenSource();
        var arguments = (object?[])Arguments.Clone();
        References?.ForEach(reference => reference.Node = activation.Silo);
        if (Method.TokenIndex >= 0) arguments[Method.TokenIndex] = cancellation.Token;
        // A sequence comes at once: only its items take time.
        var items = (IAsyncEnumerable<T>)Method.Invoke(activation.GrainInstance!, arguments).Result!;
        return new(items.GetAsyncEnumerator(cancellation.Token), cancellation);
    }

    private async Task<SequenceBatch<T>> NextAsync(OpenSequence<T> sequence, CopyContext copies)
    {
        using var _ = CalleeToken.UnsafeRegister(static state => ((OpenSequence<T>)state!).Cancellation.Cancel(), sequence);
        var items = new List<T>();
        while (items.Count < MaxBatch)
        {
            var next = sequence.Next ?? sequence.Items.MoveNextAsync().AsTask();
            sequence.Next = null;
            if (items.Count > 0 && !next.IsCompletedSuccessfully)
            {
                sequence.Next = next;
                break;
            }

            if (!await next) return new(items, true);
            items.Add(Method.ResultIsShared ? sequence.Items.Current : copies.Copy(sequence.Items.Current));
        }

        return new(items, false);
    }
}

/// <summary>A sequence that is being enumerated, with the step that was begun ahead.</summary>
internal sealed class OpenSequence<T>(IAsyncEnumerator<T> items, CancellationTokenSource cancellation) : IAsyncDisposable
{
    public IAsyncEnumerator<T> Items { get; } = items;

    public CancellationTokenSource Cancellation { get; } = cancellation;

    public Task<bool>? Next { get; set; }

    public async ValueTask DisposeAsync()
    {
        await Cancellation.CancelAsync();
        try
        {
            if (Next is not null) await Next;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nobody enumerates any more, so nobody is there to learn of it.
        }

        await Items.DisposeAsync();
    }
}
