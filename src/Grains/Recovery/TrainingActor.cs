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
    private readonly LinkedList<(string Name, long? Step, long Since)> _messages = [];
    private readonly CancellationTokenSource _given = new();

    /// <summary>The thread that the actor's tensors belong to; null before it is open.</summary>
    protected abstract DeviceThread? Device { get; }

    /// <summary>Who it is, and in which attempt; null where it is not open.</summary>
    protected RunActor? Actor { get; set; }

    protected SiloServices Silo => silo;

    /// <inheritdoc/>
    public Task Close(long attempt) => Actor?.Attempt == attempt ? Shut() : Task.CompletedTask;

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Shut();

    /// <inheritdoc/>
    public Task<ActorActivity> Doing()
    {
        DeviceThread? device = Device;
        (string Name, long? Step, long Since)? longest = _messages.First?.Value;
        string? message = longest is not { } found ? null : found.Step is { } step ? $"{found.Name} of step {step}" : found.Name;
        return Task.FromResult(new ActorActivity(
            this.GetPrimaryKeyString(),
            silo.Tensors.Silo,
            message,
            longest is { } since ? silo.Time.GetElapsedTime(since.Since).TotalSeconds : 0,
            device?.Name,
            device?.Current,
            device?.CurrentFor.TotalSeconds ?? 0));
    }

    /// <inheritdoc/>
    public Task Abandon(long attempt, TimeSpan hungAfter)
    {
        if (Actor is { } open && open.Attempt != attempt)
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

        silo.Work.Saw(this.GetPrimaryKeyString());
        if (context.MethodName == "Open")
        {
            DevicePool.Lease(silo.LeasedDevice(this.GetPrimaryKeyString()));
        }

        long? step = context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is StepId at ? at.Step : null;
        var message = _messages.AddLast((context.MethodName, step, silo.Time.GetTimestamp()));
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
            _messages.Remove(message);
        }
    }

    private Activity? Span(string message, long? step)
    {
        string[] key = this.GetPrimaryKeyString().Split('/');
        return StepTraces.Source.StartActivity(TelemetryNames.MessageSpan)?
            .SetTag("cluster.message", message)
            .SetTag(TelemetryNames.Step, step)
            .SetTag(TelemetryNames.Run, key[0])
            .SetTag(TelemetryNames.Role, key[1])
            .SetTag(TelemetryNames.Index, key[2]);
    }

    /// <summary>Lets go of all that the actor holds; what <c>Open</c> does first.</summary>
    protected Task Shut()
    {
        Actor = null;
        return Release();
    }

    /// <summary>Frees what the actor holds, also where its opening did not come to its end.</summary>
    protected abstract Task Release();

    /// <summary>Refuses a message of another attempt, or one that finds the actor not opened.</summary>
    /// <exception cref="StaleAttemptException">The attempts differ.</exception>
    protected RunActor Require(long attempt) => RunActor.Require(Actor, attempt, this.GetPrimaryKeyString());

    /// <summary>The thread of the device that a run's file asks for.</summary>
    protected DeviceThread DeviceOf(Blueprint blueprint) => Silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads);

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
