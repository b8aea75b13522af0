using Orleans.Runtime;

namespace Orleans.Core
{
    /// <summary>A state that outlives its activation.</summary>
    public interface IStorage
    {
        /// <summary>What tells this version from others.</summary>
        string? Etag { get; }

        /// <summary>Whether the storage holds the state.</summary>
        bool RecordExists { get; }

        /// <summary>Removes the state.</summary>
        Task ClearStateAsync();

        /// <summary>Removes the state.</summary>
        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        /// <summary>Writes the state.</summary>
        Task WriteStateAsync();

        /// <summary>Writes the state.</summary>
        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        /// <summary>Reads the state again.</summary>
        Task ReadStateAsync();

        /// <summary>Reads the state again.</summary>
        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <summary>A state that outlives its activation.</summary>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state as this activation has it.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A state that outlives its activation; read before the grain's first call.</summary>
    public interface IPersistentState<TState> : Core.IStorage<TState>;

    /// <summary>What a persistent state is called, and where it is kept.</summary>
    public interface IPersistentStateConfiguration
    {
        /// <summary>The state's name.</summary>
        string StateName { get; }

        /// <summary>The storage's name; null for the default one.</summary>
        string? StorageName { get; }
    }

    /// <summary>Has a grain's constructor parameter, an <see cref="IPersistentState{TState}"/>, filled in.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute : Attribute, IPersistentStateConfiguration
    {
        /// <summary>Names the state and its storage.</summary>
        public PersistentStateAttribute(string stateName, string? storageName = null)
        {
            ArgumentNullException.ThrowIfNull(stateName);
            StateName = stateName;
            StorageName = storageName;
        }

        /// <inheritdoc />
        public string StateName { get; }

        /// <inheritdoc />
        public string? StorageName { get; }
    }
}
