using System.Diagnostics;
using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// The last messages of an actor, so that a step can be shown afterwards though nobody knew before that it would be slow or fail. One write
/// to a ring for each message; for a grain's turns alone.
/// </summary>
/// <param name="time">Of the messages.</param>
internal sealed class MessageTrail(TimeProvider time)
{
    /// <summary>A step has a few messages for each actor, and up to 64 steps are under way.</summary>
    private const int Kept = 512;

    private MessageTime[]? _ring;
    private long _count;

    /// <summary>Notes a message that has ended. Costs nothing where nobody traces.</summary>
    /// <param name="message">Its name.</param>
    /// <param name="step">The step it belongs to.</param>
    /// <param name="lasted">How long it took until now.</param>
    public void Add(string message, long? step, TimeSpan lasted)
    {
        if (step is { } known && StepTraces.Source.HasListeners())
        {
            _ring ??= new MessageTime[Kept];
            _ring[_count++ % Kept] = new MessageTime(message, known, time.GetUtcNow().UtcDateTime - lasted, lasted);
        }
    }

    /// <summary>Forgets them.</summary>
    public void Clear() => (_ring, _count) = (null, 0);

    /// <summary>Those of some steps, oldest first.</summary>
    public MessageTime[] Of(long first, int count)
    {
        long from = Math.Max(0, _count - Kept);
        return [.. Enumerable.Range(0, (int)(_count - from)).Select(i => _ring![(from + i) % Kept]).Where(each => each.Step >= first && each.Step < first + count)];
    }
}
