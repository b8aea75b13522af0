namespace Cluster.Contracts;

/// <summary>Where one contributor to a role's gradients stands.</summary>
/// <param name="Role">The role.</param>
/// <param name="Contributor">Its place among the role's contributors.</param>
/// <param name="Silo">Its silo.</param>
/// <param name="Device">Its device, as people call it: <c>cuda:0</c>.</param>
/// <param name="DeviceId">The device among all of all machines.</param>
/// <param name="Shards">For each shard of the role whether it works on this device's thread.</param>
/// <param name="Obstacle">Why this silo cannot use NCCL; null where it can.</param>
/// <param name="Version">The version of its NCCL, as that codes it; 0 where there is none.</param>
[GenerateSerializer, Immutable, Alias("cluster.SumSeat")]
public sealed record SumSeat(string Role, int Contributor, string Silo, string Device, string DeviceId, bool[] Shards, string? Obstacle, int Version);

/// <summary>The devices that add a role's gradients among themselves.</summary>
/// <param name="Role">The role.</param>
/// <param name="Id">NCCL's id of the group, made by the first contributor's process.</param>
/// <param name="Contributors">How many devices there are: one for each contributor, in their order.</param>
/// <param name="Roots">For each shard the contributor on whose device it is.</param>
/// <param name="Lanes">The number of each contributor's device where other roles use it too, so that all must take turns; null where none does.</param>
/// <param name="Sequencer">The role whose first shard gives the turns.</param>
[GenerateSerializer, Immutable, Alias("cluster.SumGroup")]
public sealed record SumGroup(string Role, byte[] Id, int Contributors, int[] Roots, int[]? Lanes, string Sequencer);

/// <summary>A new id of a group, or why there is none.</summary>
/// <param name="Id">128 bytes; null where there is none.</param>
/// <param name="Problem">Why there is none; null where there is one.</param>
[GenerateSerializer, Immutable, Alias("cluster.SumId")]
public sealed record SumId(byte[]? Id, string? Problem);
