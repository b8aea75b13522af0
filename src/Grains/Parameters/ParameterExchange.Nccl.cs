using Cluster.Contracts;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <content>Where the contributors' devices add the gradients themselves.</content>
internal sealed partial class ParameterExchange
{
    private DeviceSum? _sum;

    /// <summary>Whether the gradients are added by NCCL.</summary>
    public bool SumsByNccl => _sum is not null;

    /// <summary>Whether it is one of a role's.</summary>
    /// <param name="role">The role.</param>
    /// <param name="contributor">The place among its contributors; null for any.</param>
    public bool Contributes(string role, int? contributor = null) => _role == role && (contributor ?? _contributor) == _contributor;

    /// <summary>Where it stands, once its parameters are pulled.</summary>
    public SumSeat Seat() => _silo.Nccl.Seat(_role, _contributor, _device, [.. _apart.Select(apart => !apart)], _blueprint.Contributors);

    /// <summary>Connects it with the others of a group. Each shard goes on in the memory of the contributor on its device.</summary>
    /// <returns>Why it cannot; null where it is connected.</returns>
    public async Task<string?> Join(SumGroup group)
    {
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            if (group.Roots[shard] == _contributor && !_shared[shard])
            {
                ShardRange range = _ranges[shard];
                using LocalTensors.Loan memory = _local.Lend(() => _parameters.Values.narrow(0, range.Offset, range.Count), Task.CompletedTask, _device);
                _shared[shard] = await _shards[shard].Adopt(_attempt, new TensorMessage(null, memory.Ticket));
            }
        }

        DeviceSum sum = _sum = new DeviceSum(_silo.Nccl, _actor, group, _contributor, _device, _parameters, _ranges, _sequencer(group.Sequencer));
        return await sum.Connect();
    }

    /// <summary>Gives NCCL up, also where it waits for others now: gradients go by way of the shards' messages.</summary>
    public Task LeaveSum()
    {
        DeviceSum? sum = _sum;
        _sum = null;
        return sum?.Abort() ?? Task.CompletedTask;
    }

    /// <summary>Has a shard on the contributor's own device step by the average, which stands in the place of the contributor's gradient.</summary>
    private async Task<Task> StepAverage(int shard, StepId at, long update, Task made)
    {
        ShardRange range = _ranges[shard];
        using LocalTensors.Loan loan = _local.Lend(() => Gradient(range), made, _device);
        GradientPart part = new(at, update, _contributor, _transfer.Silo, 0, new TensorMessage(null, loan.Ticket), IsAverage: true);
        return await _values.Take(shard, await _shards[shard].Reduce(part));
    }
}
