using Cluster.Contracts;

namespace Cluster.Grains.Tests;

/// <summary>
/// What a network may do to a message between actors: lose it, or hold it up. Counts the messages of runs on their way out
/// of all silos; the one whose turn it is meets its fate. Tests of this project run one after the other, so that they may share the static.
/// </summary>
public sealed class MessageFaults : IOutgoingGrainCallFilter
{
    private static Func<IOutgoingGrainCallContext, long, Task?>? s_fate;
    private static long s_seen;

    /// <summary>Messages seen since the last <see cref="Set"/>.</summary>
    public static long Seen => Interlocked.Read(ref s_seen);

    /// <summary>Decides over messages by their number, from 1; null lets one pass. A task that never ends loses it.</summary>
    public static IDisposable Set(Func<IOutgoingGrainCallContext, long, Task?> fate)
    {
        Interlocked.Exchange(ref s_seen, 0);
        s_fate = fate;
        return new Reset();
    }

    /// <summary>Loses the message of a number.</summary>
    public static IDisposable Lose(long number) => Set((_, seen) => seen == number ? new TaskCompletionSource().Task : null);

    /// <summary>Loses a method's message of a number.</summary>
    public static IDisposable Lose(string method, long number)
    {
        long calls = 0;
        return Set((context, _) => context.MethodName == method && Interlocked.Increment(ref calls) == number ? new TaskCompletionSource().Task : null);
    }

    /// <summary>Holds the message of a number up.</summary>
    public static IDisposable Delay(long number, TimeSpan by) => Set((_, seen) => seen == number ? Task.Delay(by) : null);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (s_fate is { } fate && context.InterfaceMethod.DeclaringType?.Namespace == typeof(ITrainingActor).Namespace
            && context.MethodName is not (nameof(ITrainingActor.Doing) or nameof(ITrainingActor.Abandon) or nameof(ITrainingActor.Close))
            && context.InterfaceMethod.DeclaringType != typeof(IExperimentGrain)
            && fate(context, Interlocked.Increment(ref s_seen)) is { } delay)
        {
            await delay;
        }

        await context.Invoke();
    }

    private sealed class Reset : IDisposable
    {
        public void Dispose() => s_fate = null;
    }
}
