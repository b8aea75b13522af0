namespace Cluster.Contracts;

/// <summary>Silos, their devices and their actors with their present work.</summary>
/// <param name="Name">The cluster's name.</param>
/// <param name="Silos">By name; those that were lost or have left of late among them.</param>
[GenerateSerializer, Immutable, Alias("cluster.ClusterMap")]
public sealed record ClusterMap(string Name, IReadOnlyList<SiloNow> Silos);

/// <summary>A silo and what it does at this moment.</summary>
/// <param name="State">How it stands with the cluster.</param>
/// <param name="Report">What it tells of itself: the last that is known.</param>
/// <param name="Devices">Threads of its devices that have been used.</param>
/// <param name="Actors">Actors that had a message of late, by key.</param>
[GenerateSerializer, Immutable, Alias("cluster.SiloNow")]
public sealed record SiloNow(SiloPresence State, SiloReport Report, IReadOnlyList<DeviceNow> Devices, IReadOnlyList<ActorActivity> Actors);

/// <summary>How a silo stands with its cluster.</summary>
[GenerateSerializer, Alias("cluster.SiloPresence")]
public enum SiloPresence
{
    /// <summary>It answers.</summary>
    Active,

    /// <summary>It answers, and takes nothing new because it leaves.</summary>
    Draining,

    /// <summary>The cluster counts it in, but it did not answer in time.</summary>
    Silent,

    /// <summary>It went without a word.</summary>
    Lost,

    /// <summary>It went in good order.</summary>
    Left,
}

/// <summary>The thread of a device at this moment.</summary>
/// <param name="Name">Its name: <c>cpu/2</c>, <c>cuda:0/1</c>.</param>
/// <param name="Work">What it computes; null while it is idle.</param>
/// <param name="WorkSeconds">For how long.</param>
/// <param name="Queued">Pieces of work that wait for it.</param>
/// <param name="BusyShare">The share of the time since the last question in which it computed, 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("cluster.DeviceNow")]
public sealed record DeviceNow(string Name, string? Work, double WorkSeconds, int Queued, double BusyShare);
