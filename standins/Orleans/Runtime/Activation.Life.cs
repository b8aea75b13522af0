using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <content>How an activation begins and ends.</content>
internal sealed partial class Activation
{
    private readonly List<Func<CancellationToken, Task>> _setUp = [];
    private readonly List<GrainTimer> _timers = [];
    private long _keepUntil;

    /// <summary>When the last request ended, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long LastUsed { get; private set; } = Environment.TickCount64;

    /// <summary>The steps before <see cref="Grain.OnActivateAsync"/>: persistent states read themselves.</summary>
    public void OnSetUp(Func<CancellationToken, Task> step) => _setUp.Add(step);

    public void DelayDeactivation(TimeSpan time)
        => _keepUntil = time == TimeSpan.MaxValue ? long.MaxValue : time < TimeSpan.Zero ? 0 : Environment.TickCount64 + (long)time.TotalMilliseconds;

    public void AddTimer(GrainTimer timer)
    {
        lock (_timers) _timers.Add(timer);
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (_timers) _timers.Remove(timer);
    }

    /// <summary>Ends the activation where it has been idle for that long.</summary>
    public void CollectIfIdle(TimeSpan age)
    {
        var now = Environment.TickCount64;
        lock (_gate)
        {
            if (_running.Count + _waiting.Count > 0 || Class.KeepAlive || now < _keepUntil || now - LastUsed < age.TotalMilliseconds) return;
        }

        Deactivate(new(DeactivationReasonCode.ActivationIdle, "Collecting inactive grain."));
    }

    private async Task ActivateAsync()
    {
        try
        {
            GrainInstance = CreateInstance();
            foreach (var step in _setUp) await step(CancellationToken.None);
            if (GrainInstance is IGrainBase grain) await grain.OnActivateAsync(CancellationToken.None);
        }
        catch (Exception error)
        {
            await FailActivationAsync(error);
            return;
        }

        bool ending;
        lock (_gate)
        {
            if (_state == State.Invalid) return;
            ending = _ending is not null;
            _state = ending ? State.Deactivating : State.Valid;
            Pump();
        }

        if (ending) await EndAsync();
    }

    private object CreateInstance()
    {
        try
        {
            return Class.Create(this);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Failed to create an instance of grain type '{Class.Class}'. See InnerException for details.", error);
        }
    }

    private async Task FailActivationAsync(Exception error)
    {
        Silo.Logger.LogError(error, "Failed to activate grain {Grain}.", GrainId);
        StopTimers();
        var lost = Leave();
        await DisposeInstanceAsync();
        foreach (var work in lost) work.Fail(Serialization.ExceptionCopier.CopyForAnswer(error));
        _deactivated.TrySetResult();
    }

    private async Task EndAsync()
    {
        // Requests and ticks that run finish first; what comes meanwhile waits for the next activation.
        Task? idle = null;
        lock (_gate)
        {
            if (_running.Count > 0) idle = (_idle = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        if (idle is not null) await idle;
        StopTimers();
        try
        {
            RequestContext.Clear();
            if (GrainInstance is IGrainBase grain) await grain.OnDeactivateAsync(_ending!.Value, _endingToken);
        }
        catch (Exception error)
        {
            Silo.Logger.LogError(error, "OnDeactivateAsync of grain {Grain} failed.", GrainId);
        }

        await DisposeInstanceAsync();
        var waiting = Leave();
        _deactivated.TrySetResult();
        foreach (var work in waiting) work.Reroute(Silo.Hub);
    }

    private Work[] Leave()
    {
        Work[] waiting;
        lock (_gate)
        {
            _state = State.Invalid;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        Silo.Hub.Remove(this);
        Pool?.Remove(this);
        return waiting;
    }

    private void StopTimers()
    {
        GrainTimer[] timers;
        lock (_timers)
        {
            timers = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in timers) timer.Dispose();
    }

    private async Task DisposeInstanceAsync()
    {
        try
        {
            await DisposeSequencesAsync();
            if (GrainInstance is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else (GrainInstance as IDisposable)?.Dispose();
            if (_scope is IAsyncDisposable scope) await scope.DisposeAsync();
        }
        catch (Exception error)
        {
            Silo.Logger.LogError(error, "Disposing of grain {Grain} failed.", GrainId);
        }
    }
}
