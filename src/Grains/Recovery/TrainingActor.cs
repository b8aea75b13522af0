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
internal abstract partial class TrainingActor(SiloServices silo) : Grain, ITrainingActor, IIncomingGrainCallFilter
{
    /// <summary>Locked: who looks at the silo reads it beside the turns.</summary>
    private readonly LinkedList<(string Name, long? Step, long Since)> _messages = [];
    private readonly MessageTrail _trail = new(silo.Time);
    private readonly HeardMessages _heard = new();
    private readonly CancellationTokenSource _given = new();
    private readonly List<ParameterExchange> _exchanges = [];
    private List<ExchangeState> _snapshots = [];
    private WeakReference<TrainingActor>? _self;
    private DeviceThread? _opening;

    /// <summary>The thread that the actor's tensors belong to; null before it is open.</summary>
    protected abstract DeviceThread? Device { get; }

    /// <summary>Who it is, and in which attempt; null where it is not open.</summary>
    protected RunActor? Actor { get; set; }

    protected SiloServices Silo => silo;

    /// <summary>What the actor notes beside its work.</summary>
    internal SignalBook Book { get; } = new();

    /// <summary>Reaches the actors that an exchange sends to.</summary>
    internal IGrainFactory Grains => GrainFactory;

    /// <summary>The actor's silo, for its exchanges.</summary>
    internal SiloServices Services => silo;

    /// <summary>Makes an exchange the actor's own: its state goes into checkpoints, and is freed with the actor's tensors.</summary>
    internal void Own(ParameterExchange exchange) => _exchanges.Add(exchange);

    /// <inheritdoc/>
    public Task Close(long attempt) => Actor?.Attempt == attempt ? Shut() : Task.CompletedTask;

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Shut();

    /// <inheritdoc/>
    public async Task SnapshotExchange(StepId at)
    {
        Require(at.Attempt);
        List<ExchangeState> taken = [];
        foreach (ParameterExchange exchange in _exchanges)
        {
            if (await exchange.Snapshot(at.Step) is { } state)
            {
                taken.Add(state);
            }
        }

        DropSnapshots();
        _snapshots = taken;
    }

    /// <inheritdoc/>
    public async Task<CheckpointFile[]> WriteExchange(StepId at, string checkpoint)
    {
        Require(at.Attempt);
        List<ExchangeState> taken = _snapshots;
        _snapshots = [];
        string folder = Path.Combine(silo.Run(this.GetPrimaryKeyString().Split('/')[0]).Checkpoints, checkpoint);
        try
        {
            return taken.TrueForAll(state => state.Step == at.Step)
                ? await Aside.Files.Run(() => taken.Select(state => state.Write(folder)).ToArray())
                : throw new StaleAttemptException($"{this.GetPrimaryKeyString()} has no snapshot of step {at.Step}");
        }
        finally
        {
            taken.ForEach(state => state.Dispose());
        }
    }

    /// <inheritdoc/>
    public Task<ActorActivity> Doing() => Task.FromResult(Present());

    /// <summary>As <see cref="Doing"/>, from any thread.</summary>
    public ActorActivity Present()
    {
        DeviceThread? device = Device ?? _opening;
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
    public async Task Abandon(long attempt, TimeSpan hungAfter)
    {
        if (Actor is { } open && open.Attempt != attempt)
        {
            return;
        }

        await LeaveSums();
        if ((Device ?? _opening) is { } device && device.CurrentFor > hungAfter)
        {
            silo.Devices.Abandon(device);
        }

        // What still waits belongs to this activation; the next message finds a new one.
        DeactivateOnIdle();
        await _given.CancelAsync();
    }

    /// <inheritdoc/>
    public Task<ActorSignals> Signals(StepId upTo) => Task.FromResult(Actor?.Attempt != upTo.Attempt
        ? new ActorSignals([], [])
        : Book.Take(upTo.Step, Times()));

    /// <inheritdoc/>
    public Task<MessageTime[]> Trail(StepId first, int count)
    {
        if (Actor?.Attempt != first.Attempt)
        {
            return Task.FromResult<MessageTime[]>([]);
        }

        // What hangs has not ended.
        DateTime now = silo.Time.GetUtcNow().UtcDateTime;
        (string Name, long? Step, long Since)[] open;
        lock (_messages)
        {
            open = [.. _messages];
        }

        IEnumerable<MessageTime> running = open.Where(each => each.Step >= first.Step && each.Step < first.Step + count).Select(each =>
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

        if (HeardMessages.Of(context) is not { } message)
        {
            await Handle(context);
            return;
        }

        TaskCompletionSource<object?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_heard.Hear(message, answer.Task) is { } first)
        {
            context.Result = await first;
            return;
        }

        try
        {
            await Handle(context);
            answer.SetResult(context.Result);
        }
        catch (Exception problem)
        {
            answer.SetException(problem);
            _ = answer.Task.Exception; // seldom does anybody else wait for it
            throw;
        }
        finally
        {
            _heard.Answered(message);
        }
    }

    private async Task Handle(IIncomingGrainCallContext context)
    {
        silo.Work.Saw(this.GetPrimaryKeyString(), _self ??= new WeakReference<TrainingActor>(this));
        if (context.MethodName == "Open")
        {
            DevicePool.Lease(silo.LeasedDevice(this.GetPrimaryKeyString()));
            Book.Clear();
        }

        RunActor? held = Actor;
        long? step = context.Request.GetArgumentCount() > 0 && context.Request.GetArgument(0) is StepId at ? at.Step : null;
        LinkedListNode<(string Name, long? Step, long Since)> message = new((context.MethodName, step, silo.Time.GetTimestamp()));
        lock (_messages)
        {
            _messages.AddLast(message);
        }

        using Activity? span = StepTraces.Source.HasListeners() && Activity.Current is { Recorded: true }
            ? StepTraces.Describe(StepTraces.Source.StartActivity(TelemetryNames.MessageSpan), this.GetPrimaryKeyString(), context.MethodName, step)?
                .SetTag(TelemetryNames.Silo, silo.Tensors.Silo)
            : null;
        try
        {
            Task call = context.Invoke();
            await (call.IsCompleted ? call : call.WaitAsync(_given.Token));
        }
        catch (Exception problem)
        {
            span?.SetStatus(ActivityStatusCode.Error, problem.Message);
            if (held is not null && Actor != held && problem is not StaleAttemptException && context.MethodName is not ("Open" or nameof(Close)))
            {
                // What it worked with was freed under its hands; whatever came of that is no error of the run.
                throw new StaleAttemptException($"{this.GetPrimaryKeyString()} was closed during {context.MethodName}: {problem.Message}");
            }

            throw;
        }
        finally
        {
            lock (_messages)
            {
                _messages.Remove(message);
            }

            _trail.Add(message.Value.Name, step, silo.Time.GetElapsedTime(message.Value.Since));
        }
    }

    /// <summary>Lets go of all that the actor holds; what <c>Open</c> does first.</summary>
    protected Task Shut()
    {
        Actor = null;
        _opening = null;
        Book.Clear();
        _trail.Clear();
        return Release();
    }

    /// <summary>Frees what the actor holds, also where its opening did not come to its end.</summary>
    protected abstract Task Release();

    /// <summary>Refuses a message of another attempt, or one that finds the actor not opened.</summary>
    /// <exception cref="StaleAttemptException">The attempts differ.</exception>
    protected RunActor Require(long attempt) => RunActor.Require(Actor, attempt, this.GetPrimaryKeyString());

    /// <summary>The thread of the device that a run's file asks for; it is the actor's from now on, though the actor has no tensors there yet.</summary>
    protected DeviceThread DeviceOf(Blueprint blueprint) => _opening = Silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads);

    /// <summary>Frees tensors on their thread; those of a thread that was given up are the finalizers'.</summary>
    protected async Task Free(DeviceThread device, Action free)
    {
        ParameterExchange[] exchanges = [.. _exchanges];
        _exchanges.Clear();
        DropSnapshots();
        try
        {
            Task freed = device.RunAsync(() => silo.Tensors.Free(() =>
            {
                foreach (ParameterExchange exchange in exchanges)
                {
                    exchange.Dispose();
                }

                free();
            }));
            if (Array.Exists(exchanges, exchange => exchange.SumsByNccl)
                && await Task.WhenAny(freed, Task.Delay(DeviceSum.Patience, silo.Time)) != freed)
            {
                // The device waits for others, which may be gone.
                await Closing.All(exchanges.Select(exchange => exchange.LeaveSum()));
            }

            await freed;
        }
        catch (Exception gone) when (gone is ObjectDisposedException or OperationCanceledException)
        {
            // Its tensors may still be in use by the work that hangs.
        }
    }

    private void DropSnapshots()
    {
        _snapshots.ForEach(state => state.Dispose());
        _snapshots = [];
    }
}
