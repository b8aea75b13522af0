using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>A timer whose ticks are turns of its grain; the next tick is due one period after the end of the one before.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Timer _timer;
    private readonly GrainTimerCreationOptions _options;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _changed;
    private bool _firing;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        using (SuppressedFlow.Begin())
            _timer = new(static state => ((GrainTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        activation.AddTimer(this);
        Change(options.DueTime, options.Period);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _changed = true;
        _dueTime = dueTime;
        _period = period;
        if (!_firing) Arm(dueTime);
    }

    public void Dispose()
    {
        try
        {
            _stopped.Cancel();
        }
        catch (AggregateException error)
        {
            _activation.Silo.Logger.LogError(error, "Cancelling a timer of grain {Grain} failed.", _activation.GrainId);
        }

        _timer.Dispose();
        _activation.RemoveTimer(this);
    }

    private void Fire()
    {
        _firing = true;
        _activation.Receive(new Tick(this));
    }

    private void Arm(TimeSpan time)
    {
        try
        {
            _timer.Change(time, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // Disposed of while its last tick ran.
        }
    }

    private static void Check(TimeSpan time, string name)
    {
        var milliseconds = (long)time.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, -1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, 0xfffffffe, name);
    }

    private sealed class Tick : Work
    {
        private readonly GrainTimer _timer;

        public Tick(GrainTimer timer)
        {
            _timer = timer;
            AlwaysInterleave = timer._options.Interleave;
        }

        public override bool KeepsAlive => _timer._options.KeepAlive;

        public override async Task RunAsync(Activation activation)
        {
            try
            {
                _timer._changed = false;
                await _timer._callback(_timer._stopped.Token);
            }
            catch (Exception error)
            {
                activation.OnRequestFailed(error);
                activation.Silo.Logger.LogWarning(error, "Caught and ignored exception thrown from a timer callback of grain {Grain}.", activation.GrainId);
            }

            if (!_timer._stopped.IsCancellationRequested) _timer.Arm(_timer._changed ? _timer._dueTime : _timer._period);
            _timer._firing = false;
        }

        // A tick belongs to its activation alone.
        public override void Reroute(ClusterHub hub) { }

        public override void Fail(Exception error) { }
    }
}
