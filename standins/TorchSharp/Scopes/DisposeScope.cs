namespace TorchSharp;

/// <summary>
/// Disposes every tensor that its thread made since the scope was opened, except those that were moved out or detached.
/// Scopes nest, and belong to the thread that opened them.
/// </summary>
public sealed partial class DisposeScope : IDisposable
{
    private DisposeScopeManager? _manager;

    // A tensor knows its place in the list, so that leaving costs no search: the last one takes over the gap.
    private List<torch.Tensor> _tensors = [];

    internal DisposeScope(DisposeScopeManager manager)
    {
        _manager = manager;
        OuterScope = manager.CurrentDisposeScope;
    }

    internal DisposeScope? OuterScope { get; set; }

    /// <summary>What the scope would dispose now.</summary>
    public IReadOnlyList<IDisposable> DisposablesView
    {
        get
        {
            ThrowIfDisposed();
            return [.. _tensors];
        }
    }

    public int DisposablesCount
    {
        get
        {
            ThrowIfDisposed();
            return _tensors.Count;
        }
    }

    public bool Contains(IDisposable disposable) =>
        disposable is torch.Tensor tensor && ReferenceEquals(tensor.OwningDisposeScope, this);

    /// <summary>Takes the tensors over from whichever scope holds them, or from none.</summary>
    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var manager = ThrowIfDisposed();
        var attached = new List<IDisposable>();
        foreach (var disposable in disposables)
        {
            var tensor = AsTensor(disposable);
            if (!ReferenceEquals(tensor.OwningDisposeScope, this))
            {
                tensor.OwningDisposeScope?.Take(tensor);
                Add(tensor);
                manager.StatisticsInstance.TensorStatistics.AttachedToScopeCount++;
            }
            attached.Add(disposable);
        }
        return attached;
    }

    public void Attach(IDisposable disposable) => Attach((IEnumerable<IDisposable>)[disposable]);
    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    /// <summary>Lets the tensors go: from then on nobody disposes them but their owner.</summary>
    public void Detach(IEnumerable<IDisposable> disposables)
    {
        var manager = ThrowIfDisposed();
        foreach (var disposable in disposables)
            if (disposable is torch.Tensor tensor && Take(tensor))
                manager.StatisticsInstance.TensorStatistics.DetachedFromScopeCount++;
    }

    /// <summary>Hands the tensors to another scope; null detaches them.</summary>
    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        ThrowIfDisposed();
        if (scope is null)
        {
            Detach(disposables);
            return;
        }
        foreach (var disposable in disposables)
            if (disposable is torch.Tensor tensor && Take(tensor))
                scope.Add(tensor);
    }

    /// <summary>Hands the tensors to the scope around this one; without one they are detached.</summary>
    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    public void DisposeEverything() => DisposeEverythingBut((IEnumerable<IDisposable>)[]);

    /// <summary>Disposes now what the scope holds, except what is named; the scope stays open.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        ThrowIfDisposed();
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        var tensors = _tensors;
        _tensors = [];
        foreach (var tensor in tensors)
        {
            if (keep.Count > 0 && keep.Contains(tensor)) Add(tensor);
            else tensor.Dispose();
        }
    }

    /// <summary>Disposes everything in the scope and closes it.</summary>
    public void Dispose()
    {
        if (_manager is not { } manager) return;
        DisposeEverything();
        manager.Remove(this);
        _manager = null;
    }

    /// <summary>Forgets a tensor that was disposed by other means.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        ThrowIfDisposed();
        if (disposable is torch.Tensor tensor) Take(tensor);
    }

    internal void Add(torch.Tensor tensor)
    {
        tensor.OwningDisposeScope = this;
        tensor.PlaceInScope = _tensors.Count;
        _tensors.Add(tensor);
    }

    internal static void Replace(torch.Tensor original, torch.Tensor replacement)
    {
        if (original.OwningDisposeScope is { } scope && scope.Take(original)) scope.Add(replacement);
    }

    private bool Take(torch.Tensor tensor)
    {
        if (!ReferenceEquals(tensor.OwningDisposeScope, this)) return false;
        tensor.OwningDisposeScope = null;
        // While the scope disposes its tensors it has already let go of the list.
        var place = tensor.PlaceInScope;
        if (place >= _tensors.Count || !ReferenceEquals(_tensors[place], tensor)) return true;
        var last = _tensors[^1];
        _tensors[place] = last;
        last.PlaceInScope = place;
        _tensors.RemoveAt(_tensors.Count - 1);
        return true;
    }

    private static torch.Tensor AsTensor(IDisposable disposable) =>
        disposable as torch.Tensor ?? throw new InvalidOperationException("DisposeScope can only manage Tensor or PackedSequence");

    private DisposeScopeManager ThrowIfDisposed() => _manager ?? throw new ObjectDisposedException(GetType().FullName);
}
