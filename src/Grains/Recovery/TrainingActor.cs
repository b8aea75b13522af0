using System.Diagnostics;
using Cluster.Contracts;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>
/// What the actors of a run have in common: they know what they are doing, and can be given up while a message waits for
/// something that will not come.
/// </summary>
internal abstract class TrainingActor(SiloServices silo) : Grain, ITrainingActor, IIncomingGrainCallFilter
{
    /// <summary>Locked: who looks at the silo reads it beside the turns.</summary>
    private readonly LinkedList<(string Name, long? Step, long Since)> _messages = [];
    private readonly CancellationTokenSource _given = new();
    private WeakReference<TrainingActor>? _self;

    /// <summary>The thread that the actor's tensors belong to; null before it is open.</summary>
    protected abstract DeviceThread? Device { get; }

    /// <summary>The attempt that it is open for; null where it is not.</summary>
    protected abstract long? Attempt { get; }

    protected SiloServices Silo => silo;

    /// <inheritdoc/>
    public abstract Task Close(long attempt);

    /// <inheritdoc/>
    public Task<ActorActivity> Doing() => Task.FromResult(Present());

    /// <summary>As <see cref="Doing"/>, from any thread.</summary>
    public ActorActivity Present()
    {
        DeviceThread? device = Device;
        (string Name, long? Step, long Since)? longest;
        lock (_messages)
        {
            longest = _messages.First?.Value;
        }

        string? message = longest is not { } found ? null : found.Step is { } step ? $"{found.Name} of step {step}" : found.Name;
        return new ActorActivity(
            this.GetPrimaryKeyString(),
            silo.Tensors.Silo,
            message,
            longest is { } since ? silo.Time.GetElapsedTime(since.Since).TotalSeconds : 0,
            device?.Name,
            device?.Current,
            device?.CurrentFor.TotalSeconds ?? 0);
    }

    /// <inheritdoc/>
    public Task Abandon(long attempt, TimeSpan hungAfter)
    {
        if (Attempt is { } mine && mine != attempt)
        {
            return Task.CompletedTask;
        }

        if (Device is { } device && device.CurrentFor > hungAfter)
        {
            silo.Devices.Abandon(device);
        }

        // What still waits belongs to this activation; the next message finds a new one.
        DeactivateOnIdle();
        return _given.CancelAsync();
    }

    /// <summary>Every message passes here on its way in.</summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName is nameof(Doing) or nameof(Abandon))
        {
            await context.Invoke();
            return;
        }

        silo.Work.Saw(this.GetPrimaryKeyString(), _self ??= new WeakReference<TrainingActor>(this));
        if (context.MethodName == "Open")
        {
            DevicePool.Lease(silo.LeasedDevice(this.GetPrimaryKeyString()));
        }

        long? step = context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is StepId at ? at.Step : null;
        LinkedListNode<(string Name, long? Step, long Since)> message = new((context.MethodName, step, silo.Time.GetTimestamp()));
        lock (_messages)
        {
            _messages.AddLast(message);
        }

        using Activity? span = StepTraces.Source.HasListeners() && Activity.Current is { Recorded: true } ? Span(context.MethodName, step) : null;
        try
        {
            Task call = context.Invoke();
            await (call.IsCompleted ? call : call.WaitAsync(_given.Token));
        }
        catch (Exception problem) when (span is not null)
        {
            span.SetStatus(ActivityStatusCode.Error, problem.Message);
            throw;
        }
        finally
        {
            lock (_messages)
            {
                _messages.Remove(message);
            }
        }
    }

    private Activity? Span(string message, long? step)
    {
        string[] key = this.GetPrimaryKeyString().Split('/');
        return StepTraces.Source.StartActivity(TelemetryNames.MessageSpan)?
            .SetTag("cluster.message", message)
            .SetTag(TelemetryNames.Step, step)
            .SetTag(TelemetryNames.Silo, silo.Tensors.Silo)
            .SetTag(TelemetryNames.Run, key[0])
            .SetTag(TelemetryNames.Role, key[1])
            .SetTag(TelemetryNames.Index, key[2]);
    }

    /// <summary>Frees tensors on their thread; those of a thread that was given up are the finalizers'.</summary>
    protected static async Task Free(DeviceThread device, Action free)
    {
        try
        {
            await device.RunAsync(free);
        }
        catch (Exception gone) when (gone is ObjectDisposedException or OperationCanceledException)
        {
            // Its tensors may still be in use by the work that hangs.
        }
    }
}
