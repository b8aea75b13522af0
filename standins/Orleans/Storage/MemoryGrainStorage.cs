using System.Globalization;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Storage;

/// <summary>One named memory storage of a cluster.</summary>
internal sealed class MemoryStorageTable
{
    private readonly Dictionary<(GrainId, string), (object? State, string ETag)> _rows = [];
    private long _lastEtag;

    public (object? State, string ETag)? Read(GrainId id, string name)
    {
        lock (_rows) return _rows.TryGetValue((id, name), out var row) ? row : null;
    }

    /// <summary>Stores a state and gives its ETag; a null state removes the row.</summary>
    public string? Write(GrainId id, string name, object? state, string? etag, bool remove)
    {
        lock (_rows)
        {
            var stored = _rows.TryGetValue((id, name), out var row) ? row.ETag : null;
            if (stored != etag)
                throw new InconsistentStateException($"Etag mismatch for state '{name}' of grain {id}: the storage has '{stored}', the writer had '{etag}'.", stored, etag);
            if (remove)
            {
                _rows.Remove((id, name));
                return null;
            }

            var next = (++_lastEtag).ToString(CultureInfo.InvariantCulture);
            _rows[(id, name)] = (state, next);
            return next;
        }
    }
}

/// <summary>Keeps states in the memory of the cluster, as copies. Unlike Orleans', it survives every silo of its cluster.</summary>
internal sealed class MemoryGrainStorage(MemoryStorageTable table) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = table.Read(grainId, stateName);
        grainState.State = row is null ? default : new CopyContext().Copy((T?)row.Value.State);
        grainState.ETag = row?.ETag;
        grainState.RecordExists = row is not null;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = table.Write(grainId, stateName, new CopyContext().Copy(grainState.State), grainState.ETag, remove: false);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = table.Write(grainId, stateName, null, grainState.ETag, remove: true);
        grainState.RecordExists = false;
        grainState.State = default;
        return Task.CompletedTask;
    }
}
