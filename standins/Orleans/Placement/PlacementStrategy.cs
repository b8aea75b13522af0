using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>How a kind of grain is placed on silos; a director carries it out.</summary>
    public abstract class PlacementStrategy
    {
        /// <summary>Whether the grain has one activation in the whole cluster.</summary>
        public virtual bool IsUsingGrainDirectory => true;
    }

    /// <summary>Any silo.</summary>
    [GenerateSerializer, Immutable]
    public sealed class RandomPlacement : PlacementStrategy;

    /// <summary>The silo that the call comes from.</summary>
    [GenerateSerializer, Immutable]
    public sealed class PreferLocalPlacement : PlacementStrategy;

    /// <summary>The silo that the grain id's hash names.</summary>
    [GenerateSerializer, Immutable]
    public sealed class HashBasedPlacement : PlacementStrategy;

    /// <summary>The silo with the fewest activations.</summary>
    [GenerateSerializer, Immutable]
    public sealed class ActivationCountBasedPlacement : PlacementStrategy;

    internal sealed class StatelessWorkerPlacement(int maxLocal) : PlacementStrategy
    {
        public override bool IsUsingGrainDirectory => false;

        public int MaxLocal { get; } = maxLocal > 0 ? maxLocal : Environment.ProcessorCount;
    }

    // The default: the stand-in knows no loads but the number of activations.
    internal sealed class ResourceOptimizedPlacement : PlacementStrategy;
}

namespace Orleans.Placement
{
    /// <summary>The base of the attributes that choose a grain's placement.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public abstract class PlacementAttribute : Attribute
    {
        /// <summary>Chooses a strategy.</summary>
        protected PlacementAttribute(PlacementStrategy placement) => PlacementStrategy = placement ?? throw new ArgumentNullException(nameof(placement));

        /// <summary>The strategy.</summary>
        public PlacementStrategy PlacementStrategy { get; }
    }

    /// <summary>Any silo.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class RandomPlacementAttribute() : PlacementAttribute(new RandomPlacement());

    /// <summary>The silo that the call comes from.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class PreferLocalPlacementAttribute() : PlacementAttribute(new PreferLocalPlacement());

    /// <summary>The silo that the grain id's hash names.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class HashBasedPlacementAttribute() : PlacementAttribute(new HashBasedPlacement());

    /// <summary>The silo with the fewest activations.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class ActivationCountBasedPlacementAttribute() : PlacementAttribute(new ActivationCountBasedPlacement());

    /// <summary>The silo with the least load, which here means the fewest activations.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class ResourceOptimizedPlacementAttribute() : PlacementAttribute(new ResourceOptimizedPlacement());
}
