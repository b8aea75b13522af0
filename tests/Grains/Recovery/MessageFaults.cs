using System.Runtime.CompilerServices;
using Cluster.Contracts;

namespace Cluster.Grains.Tests;

/// <summary>
/// What a network may do to a message between actors: lose it, hold it up, or bring it twice. Counts the messages of runs on their way out
/// of all silos; the one whose turn it is meets its fate. Tests of this project run one after the other, so that they may share the static.
/// </summary>
public sealed class MessageFaults : IOutgoingGrainCallFilter
{
    private static readonly AsyncLocal<bool> s_again = new();
    private static readonly ConditionalWeakTable<IOutgoingGrainCallContext, Task<object?>> s_copies = [];

    private static Func<IOutgoingGrainCallContext, long, Task?>? s_fate;
    private static TaskCompletionSource s_alarm = new();
    private static long s_seen;

    /// <summary>Messages seen since the last <see cref="Set"/>.</summary>
    public static long Seen => Interlocked.Read(ref s_seen);

    /// <summary>Decides over messages by their number, from 1; null lets one pass. A task that never ends loses it.</summary>
    public static IDisposable Set(Func<IOutgoingGrainCallContext, long, Task?> fate)
    {
        Interlocked.Exchange(ref s_seen, 0);
        s_alarm = new(TaskCreationOptions.RunContinuationsAsynchronously);
        s_fate = fate;
        return new Reset();
    }

    /// <summary>Loses the message of a number; the watchdog's limit passes at once.</summary>
    public static IDisposable Lose(long number) => Set((_, seen) => seen == number ? Lost() : null);

    /// <summary>Loses a method's message of a number.</summary>
    public static IDisposable Lose(string method, long number)
    {
        long calls = 0;
        return Set((context, _) => context.MethodName == method && Interlocked.Increment(ref calls) == number ? Lost() : null);
    }

    /// <summary>Holds the message of a number up.</summary>
    public static IDisposable Delay(long number, TimeSpan by) => Set((_, seen) => seen == number ? Task.Delay(by) : null);

    /// <summary>Holds the message of a number up until the watchdog has noticed, and for a while longer: it arrives in another attempt.</summary>
    public static IDisposable DelayBeyond(long number, TimeSpan by) => Set((_, seen) => seen == number ? Late(by) : null);

    /// <summary>Brings the message of a number once more, some time after it was sent.</summary>
    public static IDisposable Repeat(long number, TimeSpan after) => Set((context, seen) => seen == number ? Twice(context, after) : null);

    /// <summary>Brings every message once more, at once or a little later.</summary>
    public static IDisposable RepeatAll() => Set((context, seen) => Twice(context, TimeSpan.FromMilliseconds(seen % 3 * 10)));

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.MethodName == nameof(ITrainingActor.Doing))
        {
            // The watchdog asks who is late.
            TrainingCluster.Clock.Calm();
            s_alarm.TrySetResult();
        }
        else if (s_fate is { } fate && !s_again.Value && context.InterfaceMethod.DeclaringType?.Namespace == typeof(ITrainingActor).Namespace
            && context.MethodName is not (nameof(ITrainingActor.Abandon) or nameof(ITrainingActor.Close))
            && context.InterfaceMethod.DeclaringType != typeof(IExperimentGrain)
            && fate(context, Interlocked.Increment(ref s_seen)) is { } delay)
        {
            await delay;
        }

        try
        {
            await context.Invoke();
        }
        catch (StaleAttemptException) when (s_copies.TryGetValue(context, out Task<object?>? copy))
        {
            // The copy came first: it was obeyed, and the sender takes its answer.
            context.Result = await copy;
        }
    }

    private static Task Lost()
    {
        TrainingCluster.Clock.Hurry();
        return new TaskCompletionSource().Task;
    }

    private static async Task Late(TimeSpan by)
    {
        TrainingCluster.Clock.Hurry();
        await s_alarm.Task;
        await Task.Delay(by);
    }

    private static Task? Twice(IOutgoingGrainCallContext context, TimeSpan after)
    {
        object?[] arguments = [.. Enumerable.Range(0, context.Request.GetArgumentCount()).Select(context.Request.GetArgument)];
        s_copies.Add(context, Again());
        return null;

        async Task<object?> Again()
        {
            s_again.Value = true;
            await Task.Yield();
            await Task.Delay(after);
            Task copy = (Task)context.InterfaceMethod.Invoke(context.Grain, arguments)!;
            await copy;
            return context.InterfaceMethod.ReturnType.IsGenericType ? ((dynamic)copy).Result : null;
        }
    }

    private sealed class Reset : IDisposable
    {
        public void Dispose()
        {
            s_fate = null;
            TrainingCluster.Clock.Calm();
        }
    }
}
