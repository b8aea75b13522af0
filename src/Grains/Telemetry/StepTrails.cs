using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>What actors remember of their last steps, from their <see cref="MessageTrail"/>s.</summary>
internal sealed class StepTrails
{
    /// <summary>An actor that hangs does not answer; nobody waits long for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private StepTrails(IReadOnlyList<(string Actor, MessageTime[] Messages)> actors) => Actors = actors;

    /// <summary>Each actor's key and messages, of those that answered.</summary>
    public IReadOnlyList<(string Actor, MessageTime[] Messages)> Actors { get; }

    /// <summary>Asks actors for some steps.</summary>
    public static async Task<StepTrails> Ask(IReadOnlyList<ITrainingActor> actors, StepId first, int count, TimeProvider time)
    {
        Task<(string Actor, MessageTime[] Messages)>[] asking = [.. actors.Select(async actor => (actor.GetPrimaryKeyString(), await actor.Trail(first, count)))];
        await Task.WhenAny(Task.WhenAll(asking).ContinueWith(static _ => { }, TaskScheduler.Default), Task.Delay(Patience, time));
        return new StepTrails([.. asking.Where(each => each.IsCompletedSuccessfully).Select(each => each.Result)]);
    }

    /// <summary>The step with the longest message: the one that was waited for.</summary>
    public long Longest(long first, int count) => Enumerable.Range(0, count).Select(i => first + i).MaxBy(step => Actors
        .SelectMany(actor => actor.Messages).Where(message => message.Step == step).Select(message => message.Lasted).DefaultIfEmpty(TimeSpan.Zero).Max());
}
