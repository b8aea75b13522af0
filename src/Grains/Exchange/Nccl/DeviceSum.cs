using Cluster.Contracts;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A contributor's side of the exchange by NCCL. The devices add their gradients, each shard's slice on the device where that shard is; the
/// shard steps by the average as by any gradient; the devices copy the new values. All of it stands in the device's queue behind the
/// gradient's own work, and nothing goes through the host's memory.
/// </summary>
/// <param name="nccl">The silo's.</param>
/// <param name="actor">The contributor.</param>
/// <param name="group">The devices.</param>
/// <param name="contributor">Which of them this is.</param>
/// <param name="device">Its thread.</param>
/// <param name="parameters">What the contributor computes with; its gradient becomes the average where a shard is on this device.</param>
/// <param name="ranges">The shards' slices.</param>
/// <param name="sequencer">Gives the turns, where there are some to take.</param>
internal sealed class DeviceSum(
    SiloNccl nccl, RunActor actor, SumGroup group, int contributor, DeviceThread device, FlatParameters parameters, IReadOnlyList<ShardRange> ranges,
    IParameterShardGrain sequencer) : IDisposable
{
    /// <summary>How long a device may take to come to its end before those that it waits for count as gone.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NcclCommunicator _communicator = nccl.Communicator(group.Contributors, contributor);
    private readonly SumLane? _lane = group.Lanes is null ? null : nccl.Lane(actor, device);
    private readonly int[] _mine = [.. Enumerable.Range(0, ranges.Count).Where(shard => group.Roots[shard] == contributor)];

    /// <summary>Waits for all others.</summary>
    /// <returns>Why it cannot; null where all are connected.</returns>
    public async Task<string?> Connect()
    {
        try
        {
            await device.RunAsync("exchange.connect", () =>
            {
                MakeCurrent();
                _communicator.Connect(NcclUniqueId.Of(group.Id));
            });
            return null;
        }
        catch (Exception problem) when (problem is NcclException or ExchangeException)
        {
            await Abort();
            return problem.Message;
        }
    }

    /// <summary>Exchanges the flat gradient for new values.</summary>
    /// <param name="at">Attempt and step.</param>
    /// <param name="update">Which update of the role this is.</param>
    /// <param name="computed">The work that makes the gradient, as the device's thread gave it.</param>
    /// <param name="step">Has a shard of this device step by the average that some work makes; the task in it ends when the new values are in place.</param>
    /// <returns>Ends when the next work may be queued behind the exchange; the task in it ends when the new values are in place.</returns>
    public async Task<Task> Step(StepId at, long update, Task computed, Func<int, Task, Task<Task>> step)
    {
        if (_lane is null)
        {
            return await Queue(computed, step);
        }

        long turn = await sequencer.Turn(at.Attempt, group.Role, update, contributor, group.Lanes!);
        await _lane.Enter(turn);
        try
        {
            return await Queue(computed, step);
        }
        finally
        {
            _lane.Leave(turn);
        }
    }

    /// <summary>Calls off what the device waits for. Ends when the device no longer does.</summary>
    public Task Abort()
    {
        Forget();
        return Task.Run(_communicator.Abort);
    }

    /// <summary>Leaves the group in good order.</summary>
    public void Dispose()
    {
        Forget();
        _communicator.Dispose();
    }

    private void Forget()
    {
        nccl.Forget(_communicator);
        nccl.Forget(actor, device);
    }

    private async Task<Task> Queue(Task computed, Func<int, Task, Task<Task>> step)
    {
        Task added = device.RunAsync("exchange.add", () =>
        {
            computed.GetAwaiter().GetResult();
            Together(rank => rank.Reduce, parameters.Gradients);
            foreach (int shard in _mine)
            {
                Slice(parameters.Gradients, shard).Mul_(1.0 / group.Contributors);
            }
        });
        Task[] stepped = await Task.WhenAll(_mine.Select(shard => step(shard, added)));
        return device.RunAsync("exchange.spread", () =>
        {
            added.GetAwaiter().GetResult();
            foreach (Task each in stepped)
            {
                each.GetAwaiter().GetResult();
            }

            Together(rank => rank.Broadcast, parameters.Values);
        });
    }

    /// <summary>One operation on all slices at once, each with the device of its shard as its root.</summary>
    private void Together(Func<NcclCommunicator, Action<Tensor, int>> operation, Tensor whole)
    {
        try
        {
            MakeCurrent();
            using IDisposable guard = no_grad();
            _communicator.Group(rank =>
            {
                for (int shard = 0; shard < ranges.Count; shard++)
                {
                    operation(rank)(Slice(whole, shard), group.Roots[shard]);
                }
            });
        }
        catch (NcclException problem)
        {
            throw new ExchangeException($"{actor}: {problem.Message}");
        }
    }

    private Tensor Slice(Tensor whole, int shard) => whole.narrow(0, ranges[shard].Offset, ranges[shard].Count);

    private void MakeCurrent()
    {
        if (device.Device.type == DeviceType.CUDA)
        {
            CudaDriver.MakeCurrent(Math.Max(device.Device.index, 0));
        }
    }
}
