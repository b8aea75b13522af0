using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>Who an actor is in which attempt of which run.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Role">Its role.</param>
/// <param name="Index">Its logical index in the role.</param>
/// <param name="Attempt">The attempt that it was opened for.</param>
internal sealed record RunActor(string Run, string Role, int Index, long Attempt)
{
    public override string ToString() => $"{Run}/{Role}/{Index}";

    /// <summary>Refuses a message of another attempt, or one that finds the actor not opened.</summary>
    /// <exception cref="StaleAttemptException">The attempts differ.</exception>
    public static RunActor Require(RunActor? actor, long attempt, string key) =>
        actor is { } open && open.Attempt == attempt
            ? open
            : throw new StaleAttemptException($"{key} is {(actor is null ? "not open" : $"in attempt {actor.Attempt}")}; a message of attempt {attempt} reached it");
}

/// <summary>Keys of a run's actors: <c>run/role/index</c>.</summary>
internal static class ActorKeys
{
    public static string Replica(string run, string role, int index) => $"{run}/{role}/{index}";

    public static string Shard(string run, string role, int index) => $"{run}/{role}-shard/{index}";
}
