using System.Runtime.InteropServices;

namespace Cluster.Client;

/// <summary>Ctrl-C and SIGTERM: the first asks for a pause, a second one leaves at once.</summary>
internal sealed partial class StopSignals : IDisposable
{
    /// <summary>Tools such as timeout(1) signal the process and then its group: what follows this soon is the same wish.</summary>
    private static readonly TimeSpan SameWish = TimeSpan.FromMilliseconds(300);

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private long _first;

    /// <summary>Takes the signals over.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Take),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take),
    ];

    /// <summary>Completes with the first signal.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Gives the signals back.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        long now = TimeProvider.System.GetTimestamp();
        long first = Interlocked.CompareExchange(ref _first, now, 0);
        if (first != 0 && TimeProvider.System.GetElapsedTime(first, now) > SameWish)
        {
            Terminal.ShowCursor();
            LeaveAtOnce(ExitCode.Interrupted);
        }

        _asked.TrySetResult();
    }

    /// <summary>
    /// Ends the process as a kill would. An orderly exit would run libtorch's destructors under the feet of a step in
    /// progress, and the run would be written down as failed.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void LeaveAtOnce(int code);
}
