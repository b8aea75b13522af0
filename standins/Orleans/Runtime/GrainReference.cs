namespace Orleans.Runtime;

/// <summary>What stands for a grain or an observer: calls of its methods become messages.</summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    // Who made the reference, or whom it was sent to; code outside turns sends in this node's name.
    internal Node Node = null!;
    internal ProxyType Proxy = null!;
    internal Activation? Cached;

    internal GrainReference() { }

    /// <summary>The grain's id.</summary>
    public GrainId GrainId { get; internal set; }

    /// <summary>The interface that the reference implements.</summary>
    public GrainInterfaceType InterfaceType => Proxy.InterfaceType;

    /// <summary>The interface's name.</summary>
    public virtual string InterfaceName => InterfaceType.ToString();

    /// <summary>The same grain, by another of its interfaces.</summary>
    public virtual TGrainInterface Cast<TGrainInterface>() where TGrainInterface : IAddressable => (TGrainInterface)As(typeof(TGrainInterface));

    /// <summary>A hash that is the same in every process.</summary>
    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();

    /// <inheritdoc />
    public bool Equals(GrainReference? other) => other is not null && GrainId == other.GrainId;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc />
    public override int GetHashCode() => GrainId.GetHashCode();

    /// <inheritdoc />
    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";

    /// <summary>Equality of the ids.</summary>
    public static bool operator ==(GrainReference? reference1, GrainReference? reference2)
        => reference1 is null ? reference2 is null : reference1.Equals(reference2);

    /// <summary>Inequality of the ids.</summary>
    public static bool operator !=(GrainReference? reference1, GrainReference? reference2) => !(reference1 == reference2);

    internal object As(Type interfaceType) => interfaceType.IsInstanceOfType(this) ? this : ProxyType.Of(interfaceType).CreateReference(Node, GrainId);

    // The emitted proxies call these, one for each kind of return type.
    internal Task SendTask(GrainMethod method, object?[] arguments) => Send<object?>(method, arguments);

    internal Task<T> SendTaskOf<T>(GrainMethod method, object?[] arguments) => Send<T>(method, arguments);

    internal ValueTask SendValueTask(GrainMethod method, object?[] arguments) => new(Send<object?>(method, arguments));

    internal ValueTask<T> SendValueTaskOf<T>(GrainMethod method, object?[] arguments) => new(Send<T>(method, arguments));

    internal void SendVoid(GrainMethod method, object?[] arguments) => _ = Send<object?>(method, arguments);

    internal IAsyncEnumerable<T> SendSequence<T>(GrainMethod method, object?[] arguments)
    {
        var token = TakeToken(method, arguments);
        return new GrainSequence<T>(this, method, arguments, method.CopyArguments(arguments), token);
    }

    internal Task<T> Send<T>(GrainMethod method, object?[] arguments)
    {
        var token = TakeToken(method, arguments);
        var references = method.CopyArguments(arguments);
        return Send(new Call<T> { Sender = SenderNode, Method = method, Arguments = arguments, Target = GrainId, References = references, CallerToken = token });
    }

    internal Node SenderNode => RuntimeContext.Current is Activation sender ? sender.Silo : Node;

    internal Task<T> Send<T>(Call<T> call)
    {
        var source = RuntimeContext.Current;
        call.SourceContext = source;
        call.Source = source?.GrainId;
        call.AlwaysInterleave |= call.Method.AlwaysInterleave;
        call.ReadOnly = call.Method.ReadOnly;
        if (call.Sender.OutgoingFilters.Length != 0 || source?.GrainInstance is IOutgoingGrainCallFilter)
            return OutgoingCallContext.InvokeAsync(call, this);
        call.Sender.Hub.Send(call, this);
        return call.OneWay ? Task.FromResult(default(T)!) : call.Answer;
    }

    internal Task<SequenceBatch<T>> Send<T>(SequenceCall<T> call)
    {
        call.SourceContext = RuntimeContext.Current;
        call.Source = call.SourceContext?.GrainId;
        call.Sender.Hub.Send(call, this);
        return call.Answer;
    }

    private static CancellationToken TakeToken(GrainMethod method, object?[] arguments)
    {
        if (method.TokenIndex < 0) return default;
        var token = (CancellationToken)arguments[method.TokenIndex]!;
        arguments[method.TokenIndex] = null;
        return token;
    }
}
