using System.Runtime.InteropServices;
using Cluster.Contracts;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>Which errors another attempt can cure.</summary>
internal static class Losses
{
    /// <summary>Whether a message did not reach its silo, which the list of silos may still name though it is gone.</summary>
    public static bool IsUnreachable(Exception problem) => problem is SiloUnavailableException or OrleansMessageRejectionException;

    /// <summary>
    /// Whether an actor's silo is gone or does not answer, an actor has lost its state, a step is late, or a device has failed.
    /// </summary>
    public static bool IsLoss(Exception problem) => problem switch
    {
        SiloUnavailableException or OrleansMessageRejectionException or StaleAttemptException or ExchangeException => true,
        LateActorException or TimeoutException => true,

        // A device thread that another run's watchdog gave up.
        ObjectDisposedException or OperationCanceledException => true,
        ExternalException device => device.Message.Contains("CUDA", StringComparison.Ordinal),
        _ => false,
    };
}
