namespace Orleans.Runtime;

/// <summary>An asynchronous sequence as the caller sees it: every enumeration runs the grain's method anew.</summary>
internal sealed class GrainSequence<T>(GrainReference reference, GrainMethod method, object?[] arguments, List<GrainReference>? references, CancellationToken token)
    : IAsyncEnumerable<T>
{
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        token.ThrowIfCancellationRequested();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken);
        var id = Guid.NewGuid();
        var ended = false;
        try
        {
            while (true)
            {
                var batch = await reference.Send(Step(id, dispose: false, both.Token));
                foreach (var item in batch.Items) yield return item;
                if (ended = batch.Ended) yield break;
            }
        }
        finally
        {
            if (!ended) await reference.Send(Step(id, dispose: true, default));
        }
    }

    private SequenceCall<T> Step(Guid id, bool dispose, CancellationToken stepToken) => new(id, dispose)
    {
        Sender = reference.SenderNode,
        Method = method,
        Arguments = (object?[])arguments.Clone(),
        Target = reference.GrainId,
        References = references,
        CallerToken = stepToken,
        AlwaysInterleave = true,
    };
}

/// <summary>What one step of a sequence brings.</summary>
internal sealed record SequenceBatch<T>(List<T> Items, bool Ended);
