using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>One activation of one grain: its instance, its scheduler, its requests.</summary>
internal sealed partial class Activation(Silo silo, GrainId id, GrainClass grain) : IGrainContext
{
    private readonly Lock _gate = new();
    private readonly List<Work> _running = [];
    private readonly List<Work> _waiting = [];
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<Guid, int> _reentrantSections = [];
    private ActivationScheduler? _scheduler;
    private IServiceScope? _scope;
    private GrainReference? _reference;
    private State _state;
    private Work? _blocking;
    private DeactivationReason? _ending;
    private TaskCompletionSource? _idle;
    private CancellationToken _endingToken;

    private enum State
    {
        Activating,
        Valid,
        Deactivating,
        Invalid,
    }

    public Silo Silo { get; } = silo;

    public GrainClass Class { get; } = grain;

    public GrainId GrainId { get; } = id;

    public ActivationId ActivationId { get; } = ActivationId.NewId();

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => (_scope ??= Silo.Services.CreateScope()).ServiceProvider;

    public GrainReference GrainReference => _reference ??= ProxyType.Of(Class.MainInterface).CreateReference(Silo, GrainId);

    public Task Deactivated => _deactivated.Task;

    /// <summary>For a stateless worker: whom to hand requests back to.</summary>
    public WorkerPool? Pool { get; init; }

    public ActivationScheduler Scheduler => _scheduler ??= new(this);

    public int Load => _running.Count + _waiting.Count;

    public bool IsGone => _state is State.Deactivating or State.Invalid;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public void Start() => Post(static activation => _ = activation.ActivateAsync());

    /// <summary>Takes a request in; false where the activation is gone and the request must look for another.</summary>
    public bool Receive(Work work)
    {
        lock (_gate)
        {
            if (_state == State.Invalid) return false;
            (work as Call)?.SetTarget(this);
            if (_state == State.Valid && MayStart(work)) Begin(work);
            else _waiting.Add(work);
            return true;
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_ending is not null || _state == State.Invalid) return;
            _ending = deactivationReason;
            _endingToken = cancellationToken;
            if (_state != State.Valid) return;
            _state = State.Deactivating;
        }

        Post(static activation => _ = activation.EndAsync());
    }

    /// <summary>The silo is killed: nothing of this activation runs any more, and whoever waits for it learns that.</summary>
    public void Kill()
    {
        Work[] lost;
        lock (_gate)
        {
            _state = State.Invalid;
            lost = [.. _running, .. _waiting];
            _running.Clear();
            _waiting.Clear();
        }

        Scheduler.Stop();
        StopTimers();
        Silo.Hub.Remove(this);
        foreach (var work in lost)
            work.Fail(new SiloUnavailableException($"The target silo became unavailable for message: {work}. Last known silo: {Silo.Address}."));
        _deactivated.TrySetResult();
    }

    public void EnterReentrantSection(Guid chain)
    {
        lock (_gate) _reentrantSections[chain] = _reentrantSections.GetValueOrDefault(chain) + 1;
    }

    public void LeaveReentrantSection(Guid chain)
    {
        lock (_gate)
        {
            if (--_reentrantSections[chain] == 0) _reentrantSections.Remove(chain);
        }
    }

    /// <summary>The caller gave up: the callee's token is signalled within the activation; a request that waits still is dropped.</summary>
    public void CancelCall(Call call)
    {
        lock (_gate)
        {
            if (_waiting.Remove(call)) return;
        }

        Post(_ => call.SignalCallee());
    }

    /// <summary>A grain that let a conflict of its own storage escape starts afresh.</summary>
    public void OnRequestFailed(Exception error)
    {
        if (error is not InconsistentStateException { IsSourceActivation: true } conflict) return;
        conflict.IsSourceActivation = false;
        Deactivate(new(DeactivationReasonCode.ApplicationError, error, error.Message));
    }

    /// <summary>Runs an action as a turn, outside the queue of requests.</summary>
    public void Post(Action<Activation> action)
    {
        // The turn belongs to the grain, not to whoever asked for it.
        using var _ = SuppressedFlow.Begin();
        new Task(() => action(this)).Start(Scheduler);
    }

    public override string ToString() => $"[Activation: {Silo.Address}/{GrainId}{ActivationId} {_state}]";

    private bool MayStart(Work work)
    {
        if (_running.Count == 0 || work.AlwaysInterleave || Class.Reentrant || _blocking is null) return true;
        if (work.ReadOnly && _blocking.ReadOnly) return true;
        if (work.Context?.GetValueOrDefault(RequestContext.ReentrancyHeader) is Guid chain && _reentrantSections.ContainsKey(chain)) return true;
        return Class.MayInterleave is { } predicate && (predicate(GrainInstance, work) || predicate(GrainInstance, _blocking));
    }

    private void Begin(Work work)
    {
        _running.Add(work);
        if (_blocking is null && !work.AlwaysInterleave && !Class.Reentrant) _blocking = work;
        using var suppressed = SuppressedFlow.Begin();
        work.Within = this;
        new Task(static state => _ = ((Work)state!).Within!.RunAsync((Work)state), work).Start(Scheduler);
    }

    private async Task RunAsync(Work work)
    {
        await work.RunAsync(this);
        if (work.KeepsAlive) LastUsed = Environment.TickCount64;
        lock (_gate)
        {
            _running.Remove(work);
            if (_blocking == work) _blocking = null;
            if (_running.Count == 0)
            {
                _blocking = null;
                _idle?.TrySetResult();
            }

            Pump();
        }
    }

    private void Pump()
    {
        if (_state != State.Valid) return;
        for (var i = 0; i < _waiting.Count;)
        {
            if (MayStart(_waiting[i]))
            {
                var work = _waiting[i];
                _waiting.RemoveAt(i);
                Begin(work);
            }
            else
            {
                i++;
            }
        }
    }
}
