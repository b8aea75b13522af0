using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Cluster.GrainHosting.Tests;

public interface IGuestGrain : IGrainWithStringKey
{
    Task<string> Greeting();
}

public sealed class GuestGrain(Greeter greeter, ILocalSiloDetails silo) : Grain, IGuestGrain
{
    public Task<string> Greeting() => Task.FromResult($"{greeter.Word} {silo.Name} {ServiceProvider.GetRequiredService<Greeter>().Word}");
}

public sealed record Greeter(string Word);

public interface IPoolGrain : IGrainWithStringKey
{
    Task Meet(string signal, int of);
}

[StatelessWorker(2)]
public sealed class PoolGrain : Grain, IPoolGrain
{
    public Task Meet(string signal, int of)
    {
        Signals.Log(signal, null);
        if (Signals.LogOf(signal).Length == of) Signals.Raise(signal);
        return Signals.Wait(signal);
    }
}

/// <summary>A silo within a generic host.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task A_host_with_a_silo_serves_grains_with_its_services()
    {
        using var host = Build(11821, 30821, silo =>
        {
            silo.Configure<SiloOptions>(options => options.SiloName = "one");
            silo.ConfigureServices(services => services.AddSingleton(new Greeter("hello")));
        });
        await host.StartAsync();
        Assert.Equal("hello one hello", await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IGuestGrain>("a").Greeting());
        Assert.Equal("hello one hello", await host.Services.GetRequiredService<IClusterClient>().GetGrain<IGuestGrain>("a").Greeting());
        Assert.Equal("default", host.Services.GetRequiredService<ILocalSiloDetails>().ClusterId);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_client_host_reaches_the_silo_by_its_gateway()
    {
        using var silo = Build(11822, 30822, builder => builder.ConfigureServices(services => services.AddSingleton(new Greeter("hi"))));
        await silo.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(30822));
        using var client = builder.Build();
        await client.StartAsync();
        Assert.StartsWith("hi ", await client.Services.GetRequiredService<IClusterClient>().GetGrain<IGuestGrain>("a").Greeting());
        await client.StopAsync();
        await silo.StopAsync();
    }

    [Fact]
    public async Task Lifecycle_stages_run_up_at_start_and_down_at_stop()
    {
        var log = Signals.NewKey();
        using var host = Build(11823, 30823, silo =>
        {
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(new Stages(log));
            silo.AddStartupTask(async (services, _) =>
            {
                await services.GetRequiredService<IGrainFactory>().GetGrain<ISpreadGrain>("a").Where();
                Signals.Log(log, "startup task");
            });
        });
        await host.StartAsync();
        await host.StopAsync();
        Assert.Equal(["application up", "startup task", "last up", "last down", "application down"], Signals.LogOf(log));
    }

    [Fact]
    public async Task A_call_after_the_end_of_its_host_fails()
    {
        using var host = Build(11827, 30827, _ => { });
        await host.StartAsync();
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISpreadGrain>("a");
        await grain.Where();
        await host.StopAsync();
        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Where());
    }

    [Fact]
    public async Task A_silo_without_clustering_is_refused()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(_ => { });
        using var host = builder.Build();
        await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());
    }

    [Fact]
    public void An_interface_without_a_grain_class_is_refused()
    {
        using var host = Build(11824, 30824, _ => { });
        var error = Assert.Throws<ArgumentException>(() => host.Services.GetRequiredService<IGrainFactory>().GetGrain<INobodyGrain>("a"));
        Assert.Contains("Could not find an implementation for interface", error.Message);
    }

    [Fact]
    public async Task Stateless_workers_run_at_once_up_to_their_number()
    {
        using var host = Build(11825, 30825, _ => { });
        await host.StartAsync();
        var key = Signals.NewKey();
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IPoolGrain>("p");
        await Task.WhenAll(grain.Meet(key, 2), grain.Meet(key, 2));
        await host.StopAsync();
    }

    [Fact]
    public void Defaults_are_those_of_Orleans()
    {
        using var host = Build(11826, 30826, _ => { });
        Assert.Equal(TimeSpan.FromSeconds(30), host.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value.ResponseTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), new ClientMessagingOptions().ResponseTimeout);
        Assert.Equal(TimeSpan.FromMinutes(15), host.Services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value.CollectionAge);
        Assert.Equal((short)2, new TestClusterBuilder().Options.InitialSilosCount);
    }

    private static IHost Build(int siloPort, int gatewayPort, Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort);
            configure(silo);
        });
        return builder.Build();
    }

    private sealed class Stages(string log) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle)
        {
            Subscribe(lifecycle, "last", ServiceLifecycleStage.Active + 1);
            Subscribe(lifecycle, "application", ServiceLifecycleStage.ApplicationServices);
        }

        private void Subscribe(ISiloLifecycle lifecycle, string name, int stage) => lifecycle.Subscribe(name, stage, Note(name + " up"), Note(name + " down"));

        private Func<CancellationToken, Task> Note(string entry) => _ =>
        {
            Signals.Log(log, entry);
            return Task.CompletedTask;
        };
    }
}

public interface INobodyGrain : IGrainWithStringKey
{
    Task Call();
}
