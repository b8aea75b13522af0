using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>Makes references that send in the name of one node.</summary>
internal sealed class GrainFactory(Node node) : IGrainFactory
{
    private readonly ConditionalWeakTable<object, LocalObject> _observers = [];

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey
        => (TGrainInterface)(object)Get(typeof(TGrainInterface), primaryKey.ToString("N"), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey
        => (TGrainInterface)(object)Get(typeof(TGrainInterface), primaryKey.ToString("X", null), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return (TGrainInterface)(object)Get(typeof(TGrainInterface), primaryKey, grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable
        => (TGrainInterface)(object)ProxyType.Of(typeof(TGrainInterface)).CreateReference(node, grainId);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => (IGrain)(object)Get(grainInterfaceType, grainPrimaryKey.ToString("N"), null);

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => (IGrain)(object)Get(grainInterfaceType, grainPrimaryKey.ToString("X", null), null);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)(object)Get(grainInterfaceType, grainPrimaryKey, null);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver
    {
        if (obj is GrainReference) throw new ArgumentException("Argument obj is already a grain reference.", nameof(obj));
        if (obj is IGrainBase) throw new ArgumentException("Argument obj must not be a grain class.", nameof(obj));
        var local = _observers.GetValue(obj, observer => node.Hub.AddObserver(node, observer));
        return (TGrainObserverInterface)(object)ProxyType.Of(typeof(TGrainObserverInterface)).CreateReference(node, local.Id);
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver
    {
        if (obj is not GrainReference reference) throw new ArgumentException("Argument reference is not a grain reference.", nameof(obj));
        node.Hub.RemoveObserver(reference.GrainId);
    }

    private GrainReference Get(Type interfaceType, string key, string? prefix)
        => ProxyType.Of(interfaceType).CreateReference(node, GrainId.Create(GrainClass.Resolve(interfaceType, prefix).Type, key));
}
