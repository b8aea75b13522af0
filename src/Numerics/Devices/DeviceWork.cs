using System.Diagnostics;
using TorchSharp;

namespace Cluster.Numerics;

/// <summary>One item of a device thread's queue. Whoever claims it first, the thread or its cancellation, decides how it ends.</summary>
internal abstract class DeviceWork(string? label)
{
    private int claimed;

    internal string? Label { get; } = label;

    /// <summary>The trace that the work belongs to; null where it is not recorded.</summary>
    internal ActivityContext? Asker { get; set; }

    /// <summary>True for the first caller alone.</summary>
    internal bool TryClaim() => Interlocked.Exchange(ref claimed, 1) == 0;

    /// <summary>Runs the work and keeps its outcome; throws nothing. Only after <see cref="TryClaim"/>.</summary>
    internal abstract void Run();

    /// <summary>Hands the outcome to whoever awaits the task. Apart from <see cref="Run"/>, so that the thread's counts are right before.</summary>
    internal abstract void Complete();

    /// <summary>Fails the task while the work runs on.</summary>
    internal abstract void Abandon(Exception reason);

    /// <summary>Ends the task as cancelled, unless the work was claimed before.</summary>
    internal abstract void Cancel(CancellationToken cancellation);
}

/// <inheritdoc cref="DeviceWork"/>
internal sealed class DeviceWork<T>(Func<T> work, string? label) : DeviceWork(label)
{
    // Continuations must not run on the device's thread: they would hold up the queue, and inherit its scopes.
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration registration;
    private Exception? failure;
    private T? result;

    internal Task<T> Task => completion.Task;

    internal void CancelWith(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
            registration = cancellation.UnsafeRegister(static (state, token) => ((DeviceWork<T>)state!).Cancel(token), this);
    }

    internal override void Run()
    {
        registration.Dispose();
        try
        {
            using var scope = torch.NewDisposeScope();
            result = work();
            switch (result)
            {
                case torch.Tensor tensor:
                    tensor.DetachFromDisposeScope();
                    break;
                case torch.Tensor[] or List<torch.Tensor>:
                    foreach (var tensor in (IEnumerable<torch.Tensor>)result) tensor.DetachFromDisposeScope();
                    break;
            }
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }
    }

    internal override void Complete()
    {
        // Whoever awaited the work may have given it up.
        if (failure is null) completion.TrySetResult(result!);
        else completion.TrySetException(failure);
    }

    internal override void Abandon(Exception reason) => completion.TrySetException(reason);

    internal override void Cancel(CancellationToken cancellation)
    {
        if (TryClaim()) completion.SetCanceled(cancellation);
    }
}
