using Orleans.Runtime.Placement;

namespace Cluster.GrainHosting.Tests;

public interface IContextGrain : IGrainWithStringKey
{
    Task<string?> Read(string name);

    Task<string?> ReadThrough(IContextGrain other, string name);

    Task Change(string name, string value);

    Task<string> Where();

    Task<string> Identity();
}

public sealed class ContextGrain : Grain, IContextGrain
{
    public Task<string?> Read(string name) => Task.FromResult(RequestContext.Get(name) as string);

    public async Task<string?> ReadThrough(IContextGrain other, string name)
    {
        await Task.Yield();
        return await other.Read(name);
    }

    public Task Change(string name, string value)
    {
        RequestContext.Set(name, value);
        return Task.CompletedTask;
    }

    public Task<string> Where() => Task.FromResult(RuntimeIdentity);

    public Task<string> Identity() => Task.FromResult($"{IdentityString} {GrainContext.GrainId} {this.GetGrainId()} {this.GetPrimaryKeyString()}");
}

/// <summary>What travels beside the arguments, and where grains are.</summary>
[Collection(SharedCluster.Name)]
public sealed class ContextTests(ClusterFixture cluster)
{
    private readonly string _key = Signals.NewKey();

    private IContextGrain Grain => cluster.Grains.GetGrain<IContextGrain>(_key);

    [Fact]
    public async Task Values_flow_down_the_chain_of_calls()
    {
        RequestContext.Set("run", "r1");
        Assert.Equal("r1", await Grain.ReadThrough(cluster.Grains.GetGrain<IContextGrain>(_key + " b"), "run"));
        RequestContext.Remove("run");
        Assert.Null(await Grain.Read("run"));
    }

    [Fact]
    public async Task Changes_by_the_callee_reach_neither_the_caller_nor_the_next_request()
    {
        RequestContext.Set("mine", "kept");
        await Grain.Change("mine", "changed");
        Assert.Equal("kept", RequestContext.Get("mine"));
        await Grain.Change("yours", "left");
        RequestContext.Clear();
        Assert.Null(await Grain.Read("yours"));
    }

    [Fact]
    public async Task A_placement_hint_chooses_the_silo_of_a_new_activation()
    {
        foreach (var silo in cluster.Cluster.Silos)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo.SiloAddress);
            for (var i = 0; i < 4; i++)
                Assert.Equal(silo.SiloAddress.ToString(), await cluster.Grains.GetGrain<IContextGrain>(Signals.NewKey()).Where());
            RequestContext.Clear();
        }
    }

    [Fact]
    public async Task A_grain_knows_its_id_and_key()
        => Assert.Equal($"context/{_key} context/{_key} context/{_key} {_key}", await Grain.Identity());

    [Fact]
    public async Task Equal_keys_name_one_activation()
    {
        var where = await Grain.Where();
        foreach (var silo in cluster.Cluster.Silos)
        {
            var services = cluster.Cluster.GetSiloServiceProvider(silo.SiloAddress);
            var grains = (IGrainFactory)services.GetService(typeof(IGrainFactory))!;
            Assert.Equal(where, await grains.GetGrain<IContextGrain>(_key).Where());
        }
    }

    [Fact]
    public async Task The_management_grain_lists_the_silos()
    {
        var hosts = await cluster.Grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        Assert.Equal(cluster.Cluster.Silos.Select(silo => silo.SiloAddress).Order(), hosts.Keys.Order());
        Assert.All(hosts.Values, status => Assert.Equal(SiloStatus.Active, status));
    }
}
