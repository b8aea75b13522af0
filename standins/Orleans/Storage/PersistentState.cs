using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Makes the persistent states that a grain's constructor asks for.</summary>
internal static class PersistentStateFactory
{
    public static object Create(ParameterInfo parameter, PersistentStateAttribute facet, Activation activation)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            throw new ArgumentException($"Parameter '{parameter.Name}' of {activation.Class.Class} has [PersistentState] and is no IPersistentState<TState>.");
        var state = Activator.CreateInstance(typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments()), activation, facet.StateName, StorageOf(facet.StorageName, activation))!;
        activation.OnSetUp(((IReadable)state).ReadAsync);
        return state;
    }

    private static IGrainStorage StorageOf(string? name, Activation activation)
        => activation.Silo.Services.GetKeyedService<IGrainStorage>(name ?? "Default")
            ?? throw new BadProviderConfigException(name is null
                ? $"No default storage provider found loading grain type {activation.GrainId.Type}. Register one, for instance with AddMemoryGrainStorageAsDefault()."
                : $"No storage provider named \"{name}\" found loading grain type {activation.GrainId.Type}. Register one, for instance with AddMemoryGrainStorage(\"{name}\").");

    internal interface IReadable
    {
        Task ReadAsync(CancellationToken token);
    }
}

/// <summary>A state in its storage.</summary>
internal sealed class PersistentState<TState>(Activation activation, string name, IGrainStorage storage) : IPersistentState<TState>, PersistentStateFactory.IReadable
{
    private readonly GrainState<TState> _state = new(Fresh());

    public TState State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadAsync(CancellationToken token) => ReadStateAsync();

    public async Task ReadStateAsync()
    {
        await LivingAsync();
        await storage.ReadStateAsync(name, activation.GrainId, _state);
        if (_state.State is null) _state.State = Fresh();
    }

    public async Task WriteStateAsync()
    {
        await LivingAsync();
        await storage.WriteStateAsync(name, activation.GrainId, _state);
    }

    public async Task ClearStateAsync()
    {
        await LivingAsync();
        await storage.ClearStateAsync(name, activation.GrainId, _state);
        if (_state.State is null) _state.State = Fresh();
    }

    // A turn that was running when its silo was killed must not write over what its successor wrote.
    private Task LivingAsync() => activation.Silo.Dead ? new TaskCompletionSource().Task : Task.CompletedTask;

    // As Orleans does: the type's own constructor, or the default value where it has none.
    private static TState Fresh() => typeof(TState).IsValueType || typeof(TState).GetConstructor([]) is not null ? Activator.CreateInstance<TState>() : default!;
}
