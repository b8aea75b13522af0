using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
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
    private readonly MessageTrail _trail = new();
    private readonly CancellationTokenSource _given = new();

    /// <summary>The thread that the actor's tensors belong to; null before it is open.</summary>
    protected abstract DeviceThread? Device { get; }

    /// <summary>The attempt that it is open for; null where it is not.</summary>
    protected abstract long? Attempt { get; }

    protected SiloServices Silo => silo;

    /// <summary>What the actor notes beside its work.</summary>
    protected SignalBook Book { get; } = new();

    /// <inheritdoc/>
    public abstract Task Close(long attempt);

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

    /// <inheritdoc/>
    public Task<ActorSignals> Signals(StepId upTo) => Task.FromResult(Attempt != upTo.Attempt
        ? new ActorSignals([], [])
        : Book.Take(upTo.Step, Times()));

    /// <inheritdoc/>
    public Task<MessageTime[]> Trail(StepId first, int count)
    {
        if (Attempt != first.Attempt)
        {
            return Task.FromResult<MessageTime[]>([]);
        }

        // What hangs has not ended.
        DateTime now = DateTime.UtcNow;
        IEnumerable<MessageTime> running = _messages.Where(each => each.Step >= first.Step && each.Step < first.Step + count).Select(each =>
        {
            TimeSpan lasted = silo.Time.GetElapsedTime(each.Since);
            return new MessageTime(each.Name, each.Step!.Value, now - lasted, lasted);
        });
        return Task.FromResult<MessageTime[]>([.. _trail.Of(first.Step, count), .. running]);
    }

    /// <summary>Where the actor's minibatches are made; actors that share them give the same. Null for an actor that reads no data.</summary>
    protected virtual InputClock? Input => null;

    private IEnumerable<SignalTotal> Times()
    {
        if (Device is not { } device)
        {
            yield break;
        }

        string key = $"{silo.Tensors.Silo}/{device.Name}";
        yield return new SignalTotal(Totals.Busy, key, device.Busy.TotalSeconds);
        if (Input is { } input)
        {
            yield return new SignalTotal(Totals.Input, string.Create(CultureInfo.InvariantCulture, $"{key}#{RuntimeHelpers.GetHashCode(input)}"), input.Seconds);
        }
    }

    /// <summary>Every message passes here on its way in.</summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName is nameof(Doing) or nameof(Abandon) or nameof(Signals) or nameof(Trail))
        {
            await context.Invoke();
            return;
        }

        silo.Work.Saw(this.GetPrimaryKeyString());
        if (context.MethodName == "Open")
        {
            DevicePool.Lease(silo.LeasedDevice(this.GetPrimaryKeyString()));
            Book.Clear();
        }

        long? step = context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is StepId at ? at.Step : null;
        var message = _messages.AddLast((context.MethodName, step, silo.Time.GetTimestamp()));
        using Activity? span = StepTraces.Source.HasListeners() && Activity.Current is { Recorded: true } 
            ? StepTraces.Describe(StepTraces.Source.StartActivity(TelemetryNames.MessageSpan), this.GetPrimaryKeyString(), context.MethodName, step)
            : null;
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
            _trail.Add(message.Value.Name, step, silo.Time.GetElapsedTime(message.Value.Since));
        }
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
