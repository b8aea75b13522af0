using Orleans.Runtime;

namespace Orleans.Storage
{
    /// <summary>Keeps states of grains.</summary>
    public interface IGrainStorage
    {
        /// <summary>Reads a state into <paramref name="grainState"/>.</summary>
        Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Writes a state, where its ETag is still the stored one.</summary>
        Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);

        /// <summary>Removes a state, where its ETag is still the stored one.</summary>
        Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState);
    }
}

namespace Orleans
{
    /// <summary>A state with its ETag, between a grain and its storage.</summary>
    public interface IGrainState<T>
    {
        /// <summary>The state.</summary>
        T? State { get; set; }

        /// <summary>What tells this version from others.</summary>
        string? ETag { get; set; }

        /// <summary>Whether the storage holds it.</summary>
        bool RecordExists { get; set; }
    }

    /// <summary>A state with its ETag.</summary>
    [GenerateSerializer]
    public sealed class GrainState<T> : IGrainState<T>
    {
        /// <summary>A state yet to be read.</summary>
        public GrainState() { }

        /// <summary>A state without ETag.</summary>
        public GrainState(T? state) : this(state, null) { }

        /// <summary>A state with its ETag.</summary>
        public GrainState(T? state, string? eTag)
        {
            State = state;
            ETag = eTag;
        }

        /// <inheritdoc />
        [Id(0)]
        public T? State { get; set; }

        /// <inheritdoc />
        [Id(1)]
        public string? ETag { get; set; }

        /// <inheritdoc />
        [Id(2)]
        public bool RecordExists { get; set; }
    }
}
