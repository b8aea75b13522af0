using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace Cluster.GrainHosting.Tests;

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<int> Add(int a, int b);

    Task<int> AddThrough(IFilteredGrain other, int a, int b);

    Task<string?> TraceThrough(IFilteredGrain? other);
}

public sealed class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<int> Add(int a, int b) => Task.FromResult(a + b);

    public Task<int> AddThrough(IFilteredGrain other, int a, int b) => other.Add(a, b);

    public Task<string?> TraceThrough(IFilteredGrain? other) => other?.TraceThrough(null) ?? Task.FromResult(Activity.Current?.TraceId.ToString());

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        Signals.Log(this.GetPrimaryKeyString(), $"own {context.MethodName}");
        await context.Invoke();
    }
}

/// <summary>Filters around calls, and traces across them.</summary>
public sealed class FilterTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new TestClusterBuilder(1).AddSiloBuilderConfigurator<Silos>().AddClientBuilderConfigurator<Client>().Build();
    private readonly string _key = Signals.NewKey();

    public Task InitializeAsync() => _cluster.DeployAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Incoming_filters_see_the_call_in_order_and_may_change_it()
    {
        var grain = _cluster.GrainFactory.GetGrain<IFilteredGrain>(_key);
        Assert.Equal(1030, await grain.Add(10, 20));
        Assert.Equal(["in Add 10 20 IFilteredGrain FilteredGrain", "own Add", "out of Add 30"], Signals.LogOf(_key));
    }

    [Fact]
    public async Task Outgoing_filters_of_client_and_silo_see_calls_leave()
    {
        var other = Signals.NewKey();
        var grains = _cluster.GrainFactory;
        await grains.GetGrain<IFilteredGrain>(_key).AddThrough(grains.GetGrain<IFilteredGrain>(other), 1, 2);
        Assert.Contains($"client sends AddThrough to filtered/{_key}", Signals.LogOf("sent " + _key));
        Assert.Contains($"filtered/{_key} sends Add to filtered/{other}", Signals.LogOf("sent " + other));
    }

    [Fact]
    public async Task A_trace_crosses_calls()
    {
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("tests");
        using var root = source.StartActivity("root");
        var grains = _cluster.GrainFactory;
        Assert.Equal(root!.TraceId.ToString(), await grains.GetGrain<IFilteredGrain>(_key).TraceThrough(grains.GetGrain<IFilteredGrain>(_key + " b")));
    }

    private sealed class Silos : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.AddActivityPropagation();
            siloBuilder.AddIncomingGrainCallFilter(async context =>
            {
                if (context.InterfaceMethod.Name != nameof(IFilteredGrain.Add))
                {
                    await context.Invoke();
                    return;
                }

                var key = context.TargetId.Key.ToString();
                Signals.Log(key, $"in Add {context.Request.GetArgument(0)} {context.Request.GetArgument(1)} {context.InterfaceMethod.DeclaringType!.Name} {context.ImplementationMethod.DeclaringType!.Name}");
                await context.Invoke();
                Signals.Log(key, $"out of Add {context.Result}");
                context.Result = (int)context.Result! + 1000;
            });
            siloBuilder.AddOutgoingGrainCallFilter<Outgoing>();
        }
    }

    private sealed class Client : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder)
        {
            clientBuilder.AddActivityPropagation();
            clientBuilder.AddOutgoingGrainCallFilter<Outgoing>();
        }
    }

    private sealed class Outgoing : IOutgoingGrainCallFilter
    {
        public Task Invoke(IOutgoingGrainCallContext context)
        {
            var sender = context.SourceContext is null ? "client" : context.SourceId.ToString();
            Signals.Log("sent " + context.TargetId.Key, $"{sender} sends {context.MethodName} to {context.TargetId}");
            return context.Invoke();
        }
    }
}
