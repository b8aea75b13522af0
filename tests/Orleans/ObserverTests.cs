namespace Cluster.GrainHosting.Tests;

public interface IListener : IGrainObserver
{
    Task Heard(string what);

    void Told(string what);

    Task<int> Asked(int value);
}

public interface ISpeakerGrain : IGrainWithStringKey
{
    Task Subscribe(IListener listener);

    Task Say(string what);

    Task<int> Ask(int value);
}

public sealed class SpeakerGrain : Grain, ISpeakerGrain
{
    private IListener? _listener;

    public Task Subscribe(IListener listener)
    {
        _listener = listener;
        return Task.CompletedTask;
    }

    public async Task Say(string what)
    {
        await _listener!.Heard(what);
        _listener.Told(what);
    }

    public Task<int> Ask(int value) => _listener!.Asked(value);
}

/// <summary>Grains call objects of their clients.</summary>
[Collection(SharedCluster.Name)]
public sealed class ObserverTests(ClusterFixture cluster)
{
    private readonly string _key = Signals.NewKey();

    [Fact]
    public async Task A_grain_calls_its_observer()
    {
        var listener = new Listener(_key);
        var reference = cluster.Grains.CreateObjectReference<IListener>(listener);
        var speaker = cluster.Grains.GetGrain<ISpeakerGrain>(_key);
        await speaker.Subscribe(reference);
        await speaker.Say("one");
        await speaker.Say("two");
        Assert.Equal(["one", "two"], Signals.LogOf(_key));
        await Signals.Wait(_key + " one");
        await Signals.Wait(_key + " two");
        Assert.Equal(42, await speaker.Ask(21));
        cluster.Grains.DeleteObjectReference<IListener>(reference);
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task An_observers_error_reaches_the_grain()
    {
        var listener = new Listener(_key);
        var speaker = cluster.Grains.GetGrain<ISpeakerGrain>(_key);
        await speaker.Subscribe(cluster.Grains.CreateObjectReference<IListener>(listener));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => speaker.Ask(-1));
        GC.KeepAlive(listener);
    }

    private sealed class Listener(string log) : IListener
    {
        public Task Heard(string what)
        {
            Signals.Log(log, what);
            return Task.CompletedTask;
        }

        public void Told(string what) => Signals.Raise($"{log} {what}");

        public Task<int> Asked(int value)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            return Task.FromResult(2 * value);
        }
    }
}
