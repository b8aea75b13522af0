using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>
/// A step of a discriminator that learns while its generator does. The generator is judged with the parameters as they are before the
/// step's updates: the updates wait until the judging is in the device's queue, whichever message comes first.
/// </summary>
/// <param name="step">The workflow step.</param>
/// <param name="number">Steps that were taken before. Less than <paramref name="step"/> where some were left out.</param>
internal sealed class LaggingTurn(long step, long number)
{
    private readonly TaskCompletionSource _judged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Step => step;

    public long Number => number;

    /// <summary>Ends when updates may be queued.</summary>
    public Task Judged => _judged.Task;

    /// <summary>Whether an update was queued, so that the step counts.</summary>
    public bool IsTaken { get; set; }

    /// <summary>The number of the next step that is taken.</summary>
    public long Following => IsTaken ? number + 1 : number;

    /// <summary>The judging is queued.</summary>
    public void Judging() => _judged.TrySetResult();

    /// <summary>Sends those home who wait for a generator that will not come.</summary>
    public void Cancel()
    {
        _judged.TrySetException(new StaleAttemptException($"the discriminator was closed before its generator was judged in step {step}"));
        _ = _judged.Task.Exception;
    }
}
