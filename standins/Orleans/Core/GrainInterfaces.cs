namespace Orleans.Runtime
{
    /// <summary>What calls can be addressed to.</summary>
    public interface IAddressable;

    /// <summary>Marks what a silo adds to each grain.</summary>
    public interface IGrainExtension : IAddressable;
}

namespace Orleans
{
    /// <summary>Marks the interfaces of grains.</summary>
    public interface IGrain : Runtime.IAddressable;

    /// <summary>A grain whose key is a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain whose key is a number.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain whose key is a Guid.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>Marks the interfaces of objects outside grains that grains call.</summary>
    public interface IGrainObserver : Runtime.IAddressable;

    /// <summary>What a class must be to serve as a grain; <see cref="Grain"/> is the usual base.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation.</summary>
        Runtime.IGrainContext GrainContext { get; }

        /// <summary>Runs before the first call.</summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Runs after the last call.</summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }
}
