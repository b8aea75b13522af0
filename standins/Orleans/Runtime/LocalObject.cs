namespace Orleans.Runtime;

/// <summary>An observer: handles its calls in order, one at a time, on the thread pool. The object is held weakly, as in Orleans.</summary>
internal sealed class LocalObject(GrainId id, Node node, object target)
{
    private readonly WeakReference<object> _target = new(target);
    private readonly Queue<Call> _calls = new();
    private bool _running;

    public GrainId Id { get; } = id;

    public void Receive(Call call)
    {
        lock (_calls)
        {
            _calls.Enqueue(call);
            if (_running) return;
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.PumpAsync(), this, preferLocal: false);
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            Call? call;
            lock (_calls)
            {
                if (!_calls.TryDequeue(out call))
                {
                    _running = false;
                    return;
                }
            }

            if (node.Dead) continue;
            if (_target.TryGetTarget(out var target)) await HandleAsync(call, target);
            else node.Hub.RemoveObserver(Id);
        }
    }

    private async Task HandleAsync(Call call, object target)
    {
        RequestContext.Current = call.Context;
        try
        {
            call.SetTarget(target);
            call.BindArguments(node);
            var result = await call.Method.Invoke(target, call.Arguments).ConfigureAwait(false);
            if (call.OneWay) return;
            var copies = new Serialization.CopyContext();
            result = call.Method.ResultIsShared ? result : copies.Copy(result);
            call.Complete(result, copies.References);
        }
        catch (Exception error)
        {
            call.Fail(Serialization.ExceptionCopier.CopyForAnswer(error));
        }
    }
}
