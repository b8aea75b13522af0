using Microsoft.Extensions.DependencyInjection;
using Orleans.Placement;

namespace Orleans.Runtime.Placement;

/// <summary>Asks the director of a grain's strategy.</summary>
internal static class PlacementService
{
    private static readonly PlacementStrategy Default = new ResourceOptimizedPlacement();
    private static int _random;

    public static Task<SiloAddress> Choose(ClusterHub hub, GrainClass grain, Call call)
    {
        var silo = hub.NearestSilo(call.Sender, call.Target);
        var strategy = grain.Placement ?? silo.Services.GetService<PlacementStrategy>() ?? Default;
        var target = new PlacementTarget(call.Target, call.Context ?? [], ProxyType.Of(call.Method.InterfaceType).InterfaceType, 0);
        var context = new Context(silo, grain);
        var own = silo.Services.GetKeyedService<IPlacementDirector>(strategy.GetType());
        if (own is not null) return own.OnAddActivation(strategy, target, context);
        var silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } hint) return Task.FromResult(hint);
        return Task.FromResult(strategy switch
        {
            PreferLocalPlacement when Array.IndexOf(silos, silo.Address) >= 0 => silo.Address,
            HashBasedPlacement => silos[call.Target.GetUniformHashCode() % (uint)silos.Length],
            // Evenly rather than by lot, so that a test on few grains sees every silo.
            RandomPlacement => silos[(uint)Interlocked.Increment(ref _random) % (uint)silos.Length],
            PreferLocalPlacement or ActivationCountBasedPlacement or ResourceOptimizedPlacement => Emptiest(hub, call.Target, silos),
            _ => throw new InvalidOperationException($"Could not resolve placement director for strategy {strategy.GetType()}. Register one with AddPlacementDirector."),
        });
    }

    // Equal loads go by the id's hash: the same run places the same way.
    private static SiloAddress Emptiest(ClusterHub hub, GrainId id, SiloAddress[] silos)
    {
        var first = (int)(id.GetUniformHashCode() % (uint)silos.Length);
        var turned = silos[first..].Concat(silos[..first]);
        return turned.MinBy(address => hub.Find(address) is { } silo ? hub.ActivationsOn(silo).Count() : int.MaxValue)!;
    }

    private sealed class Context(Silo silo, GrainClass grain) : IPlacementContext
    {
        public SiloAddress LocalSilo => silo.Address;

        public SiloStatus LocalSiloStatus => silo.Status;

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target)
            => PlacementFilters.Apply(silo.Services, grain, target, Array.ConvertAll(silo.Hub.ActiveSilos, active => active.Address));

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target)
            => new Dictionary<ushort, SiloAddress[]> { [0] = GetCompatibleSilos(target) };
    }
}
