namespace Cluster.Numerics;

/// <summary>The elements of a flat buffer that one shard owns.</summary>
/// <param name="Index">The shard, from 0.</param>
/// <param name="Offset">Its first element.</param>
/// <param name="Count">Its number of elements, at least 1.</param>
public sealed record ShardRange(int Index, long Offset, long Count);
