namespace Cluster.Grains;

/// <summary>
/// Groups of several roles on one device, one after the other in an order that is the same on all devices: each occupies its device until all
/// the others have come to it, so that two orders would wait for each other for ever.
/// </summary>
/// <param name="attempt">The attempt of the run.</param>
internal sealed class SumLane(long attempt)
{
    private readonly Dictionary<long, TaskCompletionSource> _waiting = [];
    private readonly Lock _gate = new();
    private long _next;

    public long Attempt => attempt;

    /// <summary>Waits until all that come before have left.</summary>
    public Task Enter(long turn)
    {
        lock (_gate)
        {
            if (turn <= _next)
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(turn, waiting);
            return waiting.Task;
        }
    }

    /// <summary>Lets the next one in.</summary>
    public void Leave(long turn)
    {
        lock (_gate)
        {
            _next = turn + 1;
            if (_waiting.Remove(_next, out TaskCompletionSource? waiting))
            {
                waiting.SetResult();
            }
        }
    }
}
