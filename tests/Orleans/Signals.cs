using System.Collections.Concurrent;

namespace Cluster.GrainHosting.Tests;

/// <summary>Named events between a test and its grains: all silos of a test cluster live in this process.</summary>
public static class Signals
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Sources = new();
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<object?>> Logs = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void Raise(string name) => Of(name).TrySetResult();

    public static bool WasRaised(string name) => Of(name).Task.IsCompleted;

    /// <summary>Waits; fails the test where the event never comes.</summary>
    public static Task Wait(string name) => Of(name).Task.WaitAsync(Patience);

    public static void Log(string name, object? entry) => Logs.GetOrAdd(name, _ => new()).Enqueue(entry);

    public static object?[] LogOf(string name) => Logs.TryGetValue(name, out var log) ? [.. log] : [];

    /// <summary>A key that no other test uses.</summary>
    public static string NewKey() => Guid.NewGuid().ToString("N");

    private static TaskCompletionSource Of(string name) => Sources.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
