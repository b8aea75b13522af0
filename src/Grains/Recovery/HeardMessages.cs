using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>
/// What an actor was told lately, so that a message that the network brings twice is obeyed once: the second waits for the answer of the
/// first while that is being worked on, and is refused after it. For a grain's turns alone.
/// </summary>
internal sealed class HeardMessages
{
    /// <summary>Messages run at most 64 steps ahead of the arithmetic, so that none of a step this old is on its way by right.</summary>
    private const long Window = 256;

    private readonly Dictionary<Message, Task<object?>?> _heard = [];
    private readonly Queue<Message> _order = [];
    private long _attempt = long.MinValue;
    private long _newest;

    /// <summary>Hears a message.</summary>
    /// <param name="message">It.</param>
    /// <param name="answer">Ends with its answer.</param>
    /// <returns>The answer of the same message that was heard before and is worked on still; null where the message is new.</returns>
    /// <exception cref="StaleAttemptException">It came before and was answered, or is of an attempt or a step long past.</exception>
    public Task<object?>? Hear(Message message, Task<object?> answer)
    {
        if (message.Attempt > _attempt)
        {
            _heard.Clear();
            _order.Clear();
            (_attempt, _newest) = (message.Attempt, message.Step);
        }

        if (_heard.TryGetValue(message, out Task<object?>? first))
        {
            return first ?? throw new StaleAttemptException($"{message.Name} of step {message.Step} came twice");
        }

        // A checkpoint may be written long after its step.
        if (message.Attempt < _attempt || (message.Step < _newest - Window && !message.Name.StartsWith("Write", StringComparison.Ordinal)))
        {
            throw new StaleAttemptException(
                $"{message.Name} of attempt {message.Attempt}, step {message.Step} came in attempt {_attempt}, step {_newest}");
        }

        _newest = Math.Max(_newest, message.Step);
        _heard.Add(message, answer);
        _order.Enqueue(message);
        while (_order.TryPeek(out Message old) && old.Step < _newest - Window)
        {
            _heard.Remove(_order.Dequeue());
        }

        return null;
    }

    /// <summary>A message was answered: the answer itself need not be kept.</summary>
    public void Answered(Message message)
    {
        if (_heard.ContainsKey(message))
        {
            _heard[message] = null;
        }
    }

    /// <summary>What tells a message from all others that an actor gets; null for one that changes nothing when it comes again.</summary>
    public static Message? Of(IIncomingGrainCallContext context)
    {
        int count = context.Request.GetArgumentCount();
        return (count == 0 ? null : context.Request.GetArgument(0)) switch
        {
            StepId at => new Message(context.MethodName, at.Attempt, at.Step, Number(1), Number(2)),
            OpenRequest open => new Message(context.MethodName, open.At.Attempt, open.At.Step, 0, 0),
            ShardOpenRequest open => new Message(context.MethodName, open.Common.At.Attempt, open.Common.At.Step, 0, 0),
            GradientPart part => new Message(context.MethodName, part.At.Attempt, part.At.Step, Pair(part.Update, part.Replica), part.Offset),
            CompressedPart part => new Message(context.MethodName, part.At.Attempt, part.At.Step, Pair(part.Update, part.Contributor), part.Round),
            _ => null,
        };

        long Number(int index) => (index < count ? context.Request.GetArgument(index) : null) switch
        {
            int number => number,
            CodesMessage codes => codes.Piece,
            _ => 0,
        };

        // Contributors are fewer than 2^20.
        static long Pair(long update, int contributor) => (update << 20) | (uint)contributor;
    }

    /// <param name="Name">The method.</param>
    /// <param name="Attempt">Of the run.</param>
    /// <param name="Step">Of the workflow.</param>
    /// <param name="First">Which of the step's messages of that name.</param>
    /// <param name="Second">Which part of it.</param>
    public readonly record struct Message(string Name, long Attempt, long Step, long First, long Second);
}
