namespace Cluster.Grains;

/// <summary>Kinds of totals that actors keep.</summary>
internal static class Totals
{
    /// <summary>Seconds that a device's thread has worked; key: silo and device.</summary>
    public const string Busy = "busy";

    /// <summary>Seconds that a device's thread has spent making minibatches; key: silo, device and who makes them.</summary>
    public const string Input = "input";

    /// <summary>Seconds from a gradient that is ready until its actor has the new values; key: role and contributor.</summary>
    public const string Wait = "wait";

    /// <summary>Exchanges; key: role and contributor.</summary>
    public const string Exchanges = "exchanges";

    /// <summary>Bytes of gradients and values exchanged; key: role and contributor.</summary>
    public const string Bytes = "bytes";

    /// <summary>Seconds by which a contributor's gradients came after the first of its kind; key: role and contributor.</summary>
    public const string Late = "late";
}
