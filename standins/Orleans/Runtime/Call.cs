using System.Reflection;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>A call under way, from the caller's copy of the arguments to the answer.</summary>
internal abstract class Call : Work, IInvokable
{
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _registration;
    private int _done;

    public required Node Sender;
    public required GrainMethod Method;
    public required object?[] Arguments;
    public required GrainId Target;
    public GrainId? Source;
    public IGrainContext? SourceContext;
    public List<GrainReference>? References;
    public CancellationToken CallerToken;
    public long Deadline;
    public Call? Previous, Next;
    private object? _target;

    public bool OneWay => Method.OneWay;

    public TimeSpan Timeout => Method.Timeout ?? Sender.ResponseTimeout;

    protected abstract void SetResult(object? result);

    protected abstract void SetException(Exception error);

    protected abstract void SetCancelled(CancellationToken token);

    public void Begin()
    {
        if (!CallerToken.CanBeCanceled || OneWay) return;
        CallerToken.ThrowIfCancellationRequested();
        _cancellation = new();
        _registration = CallerToken.UnsafeRegister(static (state, token) => ((Call)state!).Cancel(token), this);
    }

    /// <summary>The callee's own token: the caller's token never crosses, only its signal does.</summary>
    public CancellationToken CalleeToken => _cancellation?.Token ?? CancellationToken.None;

    private void Cancel(CancellationToken token)
    {
        if (!TryFinish()) return;
        SetCancelled(token);
        if (_target is Activation activation) activation.CancelCall(this);
        else SignalCallee();
    }

    public void SignalCallee() => _cancellation?.Cancel();

    public void SetTarget(object target) => _target = target;

    private bool TryFinish()
    {
        if (Interlocked.Exchange(ref _done, 1) != 0) return false;
        _registration.Unregister();
        Sender.Hub.Pending.Remove(this);
        // Whoever asked is gone with its silo: nobody may see the answer.
        return !Sender.Dead;
    }

    public void Complete(object? result, List<GrainReference>? references)
    {
        if (!TryFinish()) return;
        references?.ForEach(reference => reference.Node = Sender);
        SetResult(result);
    }

    public override void Fail(Exception error)
    {
        if (TryFinish()) SetException(error);
    }

    /// <summary>The caller's own silo or client has ended.</summary>
    public void Abandon()
    {
        TryFinish();
        SetException(new SiloUnavailableException($"The local Orleans host is shutting down and can no longer process the request: {this}."));
    }

    /// <summary>The answer did not come in time; the callee is not told, as in Orleans' defaults.</summary>
    public void TimeOut() => Fail(new TimeoutException($"Response did not arrive on time in {Timeout} for message: {this}."));

    public override void Reroute(ClusterHub hub) => hub.Route(this, null);

    public override async Task RunAsync(Activation activation)
    {
        RequestContext.Current = Context;
        try
        {
            if (Arguments.Length > 0) BindArguments(activation.Silo);
            object? result;
            if (activation.Silo.IncomingFilters.Length == 0 && activation.GrainInstance is not IIncomingGrainCallFilter)
                result = await Method.Invoke(activation.GrainInstance!, Arguments);
            else
                result = await IncomingCallContext.InvokeAsync(this, activation);

            if (OneWay) return;
            var copies = new CopyContext();
            result = Method.ResultIsShared ? result : copies.Copy(result);
            Complete(result, copies.References);
        }
        catch (Exception error)
        {
            activation.OnRequestFailed(error);
            Fail(ExceptionCopier.CopyForAnswer(error));
        }
    }

    public void BindArguments(Node node)
    {
        References?.ForEach(reference => reference.Node = node);
        if (Method.TokenIndex >= 0) Arguments[Method.TokenIndex] = CalleeToken;
    }

    public override string ToString() => $"Request [{Source?.ToString() ?? Sender.ToString()}]->[{Target}] {Method.InterfaceName}.{Method.Name}";

    // What filters and interleaving predicates see of a call.
    bool IInvokable.IsCancellable => Method.TokenIndex >= 0;

    object? IInvokable.GetTarget() => (_target as Activation)?.GrainInstance;

    int IInvokable.GetArgumentCount() => Method.ArgumentIndexes.Length;

    object? IInvokable.GetArgument(int index) => Arguments[Method.ArgumentIndexes[index]];

    void IInvokable.SetArgument(int index, object value) => Arguments[Method.ArgumentIndexes[index]] = value;

    string IInvokable.GetMethodName() => Method.Name;

    string IInvokable.GetInterfaceName() => Method.InterfaceName;

    string IInvokable.GetActivityName() => Method.ActivityName;

    MethodInfo IInvokable.GetMethod() => Method.Method;

    Type IInvokable.GetInterfaceType() => Method.InterfaceType;

    TimeSpan? IInvokable.GetDefaultResponseTimeout() => Method.Timeout;

    CancellationToken IInvokable.GetCancellationToken() => CalleeToken;
}

/// <summary>A call whose answer is a <typeparamref name="T"/>.</summary>
internal sealed class Call<T> : Call
{
    // Continuations run where they belong, never inside the callee's turn.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    protected override void SetResult(object? result) => _answer.TrySetResult((T)result!);

    protected override void SetException(Exception error) => _answer.TrySetException(error);

    protected override void SetCancelled(CancellationToken token) => _answer.TrySetCanceled(token);
}
