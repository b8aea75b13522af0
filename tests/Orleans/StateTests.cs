using Orleans.Storage;

namespace Cluster.GrainHosting.Tests;

[GenerateSerializer]
public sealed class Counter
{
    [Id(0)]
    public int Count { get; set; }

    [Id(1)]
    public List<string> Notes { get; set; } = [];
}

public interface IStateGrain : IGrainWithStringKey
{
    Task<int> Add(string note);

    Task<(int Count, int Notes, bool Exists, bool HasEtag)> Read();

    Task Clear();

    Task End();

    Task<(string? Stored, string? Current)> WriteBehindTheBack();

    Task LetConflictEscape();

    Task<Guid> Activation();
}

public sealed class StateGrain(
    [PersistentState("counter")] IPersistentState<Counter> counter,
    [PersistentState("counter")] IPersistentState<Counter> rival,
    [PersistentState("other", "named")] IPersistentState<Counter> other) : Grain, IStateGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public async Task<int> Add(string note)
    {
        counter.State.Count++;
        counter.State.Notes.Add(note);
        await counter.WriteStateAsync();
        other.State.Count = -counter.State.Count;
        await other.WriteStateAsync();
        counter.State.Notes.Add("not written");
        return counter.State.Count;
    }

    public Task<(int Count, int Notes, bool Exists, bool HasEtag)> Read()
        => Task.FromResult((counter.State.Count, counter.State.Notes.Count, counter.RecordExists, counter.Etag is not null));

    public Task Clear() => counter.ClearStateAsync();

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<(string? Stored, string? Current)> WriteBehindTheBack()
    {
        await counter.WriteStateAsync();
        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => rival.WriteStateAsync());
        await rival.ReadStateAsync();
        await rival.WriteStateAsync();
        return (error.StoredEtag, error.CurrentEtag);
    }

    public async Task LetConflictEscape()
    {
        await counter.WriteStateAsync();
        await rival.WriteStateAsync();
    }

    public Task<Guid> Activation() => Task.FromResult(_activation);
}

public interface IStorelessGrain : IGrainWithStringKey
{
    Task Call();
}

public sealed class StorelessGrain([PersistentState("s", "nowhere")] IPersistentState<Counter> state) : Grain, IStorelessGrain
{
    public Task Call() => state.WriteStateAsync();
}

/// <summary>States that outlive activations.</summary>
[Collection(SharedCluster.Name)]
public sealed class StateTests(ClusterFixture cluster)
{
    private readonly IStateGrain _grain = cluster.Grains.GetGrain<IStateGrain>(Signals.NewKey());

    [Fact]
    public async Task A_new_state_is_fresh_and_not_stored() => Assert.Equal((0, 0, false, false), await _grain.Read());

    [Fact]
    public async Task A_written_state_survives_deactivation_as_it_was_written()
    {
        await _grain.Add("one");
        Assert.Equal((1, 2, true, true), await _grain.Read());
        var before = await _grain.Activation();
        await _grain.End();
        Assert.Equal((1, 1, true, true), await _grain.Read());
        Assert.NotEqual(before, await _grain.Activation());
        Assert.Equal(2, await _grain.Add("two"));
    }

    [Fact]
    public async Task A_cleared_state_is_fresh_again()
    {
        await _grain.Add("one");
        await _grain.Clear();
        Assert.Equal((0, 0, false), (await _grain.Read()) is var r ? (r.Count, r.Notes, r.Exists) : default);
        await _grain.End();
        Assert.Equal((0, 0, false), (await _grain.Read()) is var s ? (s.Count, s.Notes, s.Exists) : default);
    }

    [Fact]
    public async Task A_stale_etag_is_a_conflict()
    {
        var (stored, current) = await _grain.WriteBehindTheBack();
        Assert.NotEqual(stored, current);
    }

    [Fact]
    public async Task A_conflict_that_escapes_makes_the_grain_start_afresh()
    {
        var before = await _grain.Activation();
        await Assert.ThrowsAsync<InconsistentStateException>(() => _grain.LetConflictEscape());
        Assert.NotEqual(before, await _grain.Activation());
    }

    [Fact]
    public async Task A_storage_that_nobody_registered_is_named_in_the_error()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Grains.GetGrain<IStorelessGrain>(Signals.NewKey()).Call());
        Assert.Contains(nameof(StorelessGrain), error.Message);
        Assert.Contains("nowhere", error.ToString());
    }
}
