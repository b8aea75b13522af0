namespace Orleans.Runtime;

/// <summary>One request to an activation: a call, a timer's tick, a step of an asynchronous sequence.</summary>
internal abstract class Work
{
    public bool AlwaysInterleave;
    public bool ReadOnly;

    /// <summary>Where it runs.</summary>
    public Activation? Within;

    /// <summary>What the caller's <see cref="RequestContext"/> held; never changed once it is here.</summary>
    public Dictionary<string, object>? Context;

    /// <summary>A tick keeps no grain from being collected, unless its timer says so.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>Handles the request within the activation. Never fails: errors go to whoever waits.</summary>
    public abstract Task RunAsync(Activation activation);

    /// <summary>The activation is gone without having begun this work.</summary>
    public abstract void Reroute(ClusterHub hub);

    /// <summary>The work will never end: its activation failed or was killed.</summary>
    public abstract void Fail(Exception error);
}
