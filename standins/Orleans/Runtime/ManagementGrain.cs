using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>Asks a cluster about itself. Its key is 0.</summary>
public interface IManagementGrain : IGrainWithIntegerKey
{
    /// <summary>The silos and their status.</summary>
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    /// <summary>The number of activations in the cluster.</summary>
    Task<int> GetTotalActivationCount();

    /// <summary>Where a grain is active; null where it is not.</summary>
    ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);

    /// <summary>Ends the activations that have been idle for that long.</summary>
    Task ForceActivationCollection(TimeSpan ageLimit);
}

[StatelessWorker]
internal sealed class ManagementGrain : Grain, IManagementGrain
{
    private ClusterHub Hub => ((Activation)GrainContext).Silo.Hub;

    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false)
        => Task.FromResult(Hub.Silos.Where(silo => !onlyActive || silo.Status == SiloStatus.Active).ToDictionary(silo => silo.Address, silo => silo.Status));

    public Task<int> GetTotalActivationCount() => Task.FromResult(Hub.ActiveSilos.Sum(silo => Hub.ActivationsOn(silo).Count()));

    public ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference)
        => new(Hub.TryFind(reference.GetGrainId(), out var activation) ? activation!.Silo.Address : null);

    public Task ForceActivationCollection(TimeSpan ageLimit)
    {
        foreach (var activation in Hub.ActiveSilos.SelectMany(Hub.ActivationsOn)) activation.CollectIfIdle(ageLimit);
        return Task.CompletedTask;
    }
}
