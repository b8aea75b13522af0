using Orleans.Concurrency;

namespace Cluster.Contracts;

/// <summary>What every actor of a run answers beside its own messages, also while one of those waits.</summary>
[Alias("cluster.ITrainingActor")]
public interface ITrainingActor : IGrainWithStringKey
{
    /// <summary>What the actor is doing now: the watchdog asks all of them when a step is late.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:05")]
    Task<ActorActivity> Doing();

    /// <summary>
    /// Gives an attempt up: messages that wait end with an error, and the actor begins anew with the next message. A device thread
    /// whose present work has run for longer than <paramref name="hungAfter"/> is left to itself and replaced.
    /// </summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:05")]
    Task Abandon(long attempt, TimeSpan hungAfter);

    /// <summary>What the actor noted in the steps up to one whose arithmetic is done, and forgets; nothing where it is of another attempt.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:01:00")]
    Task<ActorSignals> Signals(StepId upTo);

    /// <summary>When the actor worked on the messages of some steps, as far as it remembers; while nobody traces, it does not.</summary>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:05")]
    Task<MessageTime[]> Trail(StepId first, int count);

    /// <summary>Copies aside what the actor's exchanges remember from update to update, where they do, so that training may go on while it is written.</summary>
    Task SnapshotExchange(StepId at);

    /// <summary>Writes the copies that <see cref="SnapshotExchange"/> made into the checkpoint's folder and drops them.</summary>
    Task<CheckpointFile[]> WriteExchange(StepId at, string checkpoint);

    /// <summary>Where the actor's exchanges stand, one seat for each, so that the run can choose how their gradients are added.</summary>
    Task<SumSeat[]> SumSeats(long attempt);

    /// <summary>A new id for a group of devices that add gradients among themselves.</summary>
    [ResponseTimeout("00:01:00")]
    Task<SumId> NewSum(long attempt);

    /// <summary>Connects an exchange with those of the other contributors; answers when all have come.</summary>
    /// <returns>Why it cannot; null where it is connected.</returns>
    [ResponseTimeout("00:05:00")]
    Task<string?> JoinSum(long attempt, SumGroup group, int contributor);

    /// <summary>Gives a group up, also one that is being connected: gradients go by way of the shards' messages.</summary>
    [AlwaysInterleave]
    Task LeaveSum(long attempt, string role);

    /// <summary>Frees what the actor holds.</summary>
    Task Close(long attempt);
}

/// <summary>What an actor is doing.</summary>
/// <param name="Actor">Its key: <c>run/role/index</c>.</param>
/// <param name="Silo">Where it is.</param>
/// <param name="Message">The message that it has worked on longest; null while it has none.</param>
/// <param name="MessageSeconds">For how long.</param>
/// <param name="Device">Its device's thread; null before it is open.</param>
/// <param name="Work">What that thread computes now, whoever asked for it; null while it is idle.</param>
/// <param name="WorkSeconds">For how long.</param>
[GenerateSerializer, Immutable, Alias("cluster.ActorActivity")]
public sealed record ActorActivity(
    string Actor, string Silo, string? Message, double MessageSeconds, string? Device, string? Work, double WorkSeconds);
