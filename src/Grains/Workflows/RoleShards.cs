using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>The parameter shards of all roles of a run, as its workflow sees them.</summary>
internal sealed class RoleShards
{
    private readonly WorkflowContext _context;
    private readonly (string Role, int Index, IParameterShardGrain Shard)[] _shards;

    public RoleShards(WorkflowContext context, Blueprint blueprint)
    {
        _context = context;
        _shards = [.. blueprint.Roles.SelectMany(role => Enumerable.Range(0, blueprint.File.Shards)
            .Select(index => (role.Name, index, context.Grains.GetGrain<IParameterShardGrain>(ActorKeys.Shard(context.Run, role.Name, index)))))];
    }

    /// <summary>The shards.</summary>
    public IEnumerable<ITrainingActor> Actors => _shards.Select(each => each.Shard);

    /// <summary>Opens all; before the replicas, which take their parameters from them.</summary>
    public Task Open(long step, string? checkpoint) => Together.All(_shards.Select(each =>
        each.Shard.Open(new ShardOpenRequest(_context.Open(each.Index, step, checkpoint), each.Role))));

    /// <summary>Copies parameters and optimizer states aside.</summary>
    public Task Snapshot(long step) => Together.All(_shards.Select(each => each.Shard.Snapshot(_context.At(step))));

    /// <summary>Writes the copies.</summary>
    public Task<CheckpointFile[]> WriteSnapshot(long step, string checkpoint) =>
        Together.All(_shards.Select(each => each.Shard.WriteSnapshot(_context.At(step), checkpoint)));

    /// <summary>Closes all.</summary>
    public IEnumerable<Task> Close() => _shards.Select(each => each.Shard.Close(_context.Attempt));
}
