using Cluster.Contracts;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <content>What an actor answers where devices may add gradients themselves.</content>
internal abstract partial class TrainingActor
{
    /// <inheritdoc/>
    public Task<SumSeat[]> SumSeats(long attempt)
    {
        Require(attempt);
        ParameterExchange[] exchanges = [.. _exchanges];
        return Task.Run(() => exchanges.Select(exchange => exchange.Seat()).ToArray());
    }

    /// <inheritdoc/>
    public async Task<SumId> NewSum(long attempt)
    {
        Require(attempt);
        return await Task.Run(silo.Nccl.NewId);
    }

    /// <inheritdoc/>
    public Task<string?> JoinSum(long attempt, SumGroup group, int contributor)
    {
        Require(attempt);
        return _exchanges.First(exchange => exchange.Contributes(group.Role, contributor)).Join(group);
    }

    /// <inheritdoc/>
    public Task LeaveSum(long attempt, string role)
    {
        Require(attempt);
        return Task.WhenAll(_exchanges.Where(exchange => exchange.Contributes(role)).Select(exchange => exchange.LeaveSum()));
    }

    /// <summary>Calls off what the device waits for. One that waited for lost ones alone is well again, and need not be given up.</summary>
    private async Task LeaveSums()
    {
        ParameterExchange[] sums = [.. _exchanges.Where(exchange => exchange.SumsByNccl)];
        if (sums.Length > 0)
        {
            Task left = Closing.All(sums.Select(exchange => exchange.LeaveSum()));
            await Task.WhenAny(left, Task.Delay(TimeSpan.FromSeconds(2), silo.Time));
            if (Device is { } device)
            {
                await Task.WhenAny(Moving(device), Task.Delay(TimeSpan.FromSeconds(1), silo.Time));
            }
        }

        static Task Moving(DeviceThread device)
        {
            try
            {
                return Closing.All([device.RunAsync(static () => { })]);
            }
            catch (ObjectDisposedException)
            {
                return Task.CompletedTask;
            }
        }
    }
}
