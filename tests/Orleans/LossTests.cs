using Orleans.Runtime.Placement;

namespace Cluster.GrainHosting.Tests;

public interface IMortalGrain : IGrainWithStringKey
{
    Task<string> Where();

    [ResponseTimeout("00:00:10")]
    Task WaitFor(string signal);

    Task WaitThrough(IMortalGrain other, string signal);

    Task TickInto(string log);

    Task End();

    Task<int> Add();
}

public sealed class MortalGrain([PersistentState("count")] IPersistentState<Counter> count) : Grain, IMortalGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Signals.Log("activated " + this.GetPrimaryKeyString(), RuntimeIdentity);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Signals.Log("deactivated " + this.GetPrimaryKeyString(), reason.ReasonCode);
        Signals.Raise("deactivated " + this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public Task<string> Where() => Task.FromResult(RuntimeIdentity);

    public async Task WaitFor(string signal)
    {
        Signals.Raise(signal + " entered");
        await Signals.Wait(signal);
    }

    public Task WaitThrough(IMortalGrain other, string signal) => other.WaitFor(signal);

    public Task TickInto(string log)
    {
        this.RegisterGrainTimer(() =>
        {
            Signals.Log(log, null);
            Signals.Raise(log);
            return Task.CompletedTask;
        }, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        return Task.CompletedTask;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<int> Add()
    {
        count.State.Count++;
        await count.WriteStateAsync();
        return count.State.Count;
    }
}

/// <summary>What becomes of grains and calls when silos end. Each test has a cluster of its own.</summary>
public sealed class LossTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new TestClusterBuilder(3).AddSiloBuilderConfigurator<Silos>().Build();
    private readonly string _key = Signals.NewKey();

    public Task InitializeAsync() => _cluster.DeployAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_call_that_waits_for_a_killed_silo_fails_and_the_next_finds_the_grain_elsewhere()
    {
        var (grain, silo) = await OnSecondary(_key);
        var pending = grain.WaitFor(_key);
        await Signals.Wait(_key + " entered");
        await _cluster.KillSiloAsync(silo);
        // A client whose gateway lives on is not told, and waits until its time is up.
        Assert.True(await Assert.ThrowsAnyAsync<Exception>(() => pending) is SiloUnavailableException or TimeoutException);
        Assert.NotEqual(silo.SiloAddress.ToString(), await FoundElsewhere(grain));
        Assert.Equal(2, Signals.LogOf("activated " + _key).Length);
    }

    [Fact]
    public async Task A_grain_that_waits_for_a_killed_silo_gets_the_error_and_passes_it_on()
    {
        var (grain, silo) = await OnSecondary(_key);
        RequestContext.Set(IPlacementDirector.PlacementHintKey, _cluster.Primary!.SiloAddress);
        var front = _cluster.GrainFactory.GetGrain<IMortalGrain>(_key + " front");
        Assert.Equal(_cluster.Primary.SiloAddress.ToString(), await front.Where());
        RequestContext.Clear();
        var pending = front.WaitThrough(grain, _key);
        await Signals.Wait(_key + " entered");
        await _cluster.KillSiloAsync(silo);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => pending);
        Assert.Equal(_cluster.Primary.SiloAddress.ToString(), await front.Where());
    }

    [Fact]
    public async Task A_killed_silo_takes_its_timers_with_it()
    {
        var (grain, silo) = await OnSecondary(_key);
        await grain.TickInto(_key + " ticks");
        await Signals.Wait(_key + " ticks");
        await _cluster.KillSiloAsync(silo);
        await FoundElsewhere(grain);
        var ticks = Signals.LogOf(_key + " ticks").Length;
        for (var i = 0; i < 50; i++) await grain.Where();
        Assert.Equal(ticks, Signals.LogOf(_key + " ticks").Length);
    }

    [Fact]
    public async Task A_stopped_silo_lets_its_grains_say_goodbye()
    {
        var (grain, silo) = await OnSecondary(_key);
        await _cluster.StopSiloAsync(silo);
        Assert.Equal([DeactivationReasonCode.ShuttingDown], Signals.LogOf("deactivated " + _key));
        Assert.NotEqual(silo.SiloAddress.ToString(), await grain.Where());
    }

    [Fact]
    public async Task Deactivation_at_the_grains_own_wish_tells_it_why()
    {
        var grain = _cluster.GrainFactory.GetGrain<IMortalGrain>(_key);
        await grain.End();
        await Signals.Wait("deactivated " + _key);
        Assert.Equal([DeactivationReasonCode.ApplicationRequested], Signals.LogOf("deactivated " + _key));
        await grain.Where();
        Assert.Equal(2, Signals.LogOf("activated " + _key).Length);
    }

    [Fact]
    public async Task Requests_that_wait_for_an_ending_activation_go_to_the_next()
    {
        var grain = _cluster.GrainFactory.GetGrain<IMortalGrain>(_key);
        var first = grain.WaitFor(_key);
        await Signals.Wait(_key + " entered");
        var end = grain.End();
        var after = Enumerable.Range(0, 5).Select(_ => grain.Add()).ToArray();
        Signals.Raise(_key);
        await Task.WhenAll([first, end, .. after]);
        Assert.Equal([1, 2, 3, 4, 5], after.Select(call => call.Result).Order());
        await grain.Where();
        Assert.Equal(2, Signals.LogOf("activated " + _key).Length);
    }

    [Fact]
    public async Task An_additional_silo_takes_grains()
    {
        var silo = await _cluster.StartAdditionalSiloAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        Assert.Equal(silo.SiloAddress.ToString(), await _cluster.GrainFactory.GetGrain<IMortalGrain>(_key).Where());
        RequestContext.Clear();
    }

    [Fact]
    public async Task Grains_spread_over_the_silos()
    {
        RequestContext.Clear();
        var grains = Enumerable.Range(0, 60).Select(i => _cluster.GrainFactory.GetGrain<ISpreadGrain>($"{_key} {i}"));
        var silos = await Task.WhenAll(grains.Select(grain => grain.Where()));
        Assert.Equal(3, silos.Distinct().Count());
    }

    [Fact]
    public async Task A_director_places_the_grains_of_its_strategy()
    {
        var silos = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _cluster.GrainFactory.GetGrain<IDirectedGrain>($"{_key} {i}").Where()));
        Assert.Equal([_cluster.Silos.Select(silo => silo.SiloAddress).Max()!.ToString()], silos.Distinct());
    }

    /// <summary>Where a grain is once the others have noticed that its silo is gone: sooner than <c>WaitForLivenessToStabilizeAsync</c>, which waits out the worst case.</summary>
    private static async Task<string> FoundElsewhere(IMortalGrain grain)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                return await grain.Where();
            }
            catch (Exception problem) when (problem is SiloUnavailableException or TimeoutException or OrleansMessageRejectionException && !limit.IsCancellationRequested)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task<(IMortalGrain Grain, SiloHandle Silo)> OnSecondary(string key)
    {
        var silo = _cluster.SecondarySilos[^1];
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
        var grain = _cluster.GrainFactory.GetGrain<IMortalGrain>(key);
        Assert.Equal(silo.SiloAddress.ToString(), await grain.Where());
        RequestContext.Clear();
        return (grain, silo);
    }

    private sealed class Silos : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.AddMemoryGrainStorageAsDefault();
            siloBuilder.AddPlacementDirector<LastSilo, LastSiloDirector>();
        }
    }
}

public interface ISpreadGrain : IGrainWithStringKey
{
    Task<string> Where();
}

[Orleans.Placement.RandomPlacement]
public sealed class SpreadGrain : Grain, ISpreadGrain
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

public interface IDirectedGrain : IGrainWithStringKey
{
    Task<string> Where();
}

[LastSiloPlacement]
public sealed class DirectedGrain : Grain, IDirectedGrain
{
    public Task<string> Where() => Task.FromResult(RuntimeIdentity);
}

[GenerateSerializer, Immutable]
public sealed class LastSilo : PlacementStrategy;

[AttributeUsage(AttributeTargets.Class)]
public sealed class LastSiloPlacementAttribute() : Orleans.Placement.PlacementAttribute(new LastSilo());

public sealed class LastSiloDirector : IPlacementDirector
{
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        await Task.Yield();
        return context.GetCompatibleSilos(target).Max()!;
    }
}
