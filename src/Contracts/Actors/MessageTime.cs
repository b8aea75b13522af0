namespace Cluster.Contracts;

/// <summary>When an actor worked on a message.</summary>
/// <param name="Message">The message's name.</param>
/// <param name="Step">The step that it belongs to.</param>
/// <param name="Began">When it came, UTC by the actor's machine.</param>
/// <param name="Lasted">Until it was answered.</param>
[GenerateSerializer, Immutable, Alias("cluster.MessageTime")]
public readonly record struct MessageTime(string Message, long Step, DateTime Began, TimeSpan Lasted);
