using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;

namespace Orleans.Runtime;

/// <summary>Starts and stops the silo with its host.</summary>
internal sealed class SiloHostedService(Silo silo, SiloLifecycle lifecycle, IEnumerable<ILifecycleParticipant<ISiloLifecycle>> participants, IOptions<MeetingOptions> meeting, IHostEnvironment? environment = null) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        GrainClass.Scan();
        if (environment?.IsDevelopment() == true) InterfaceValidator.Validate(GrainClass.AllInterfaces());
        lifecycle.Subscribe("Join", ServiceLifecycleStage.RuntimeInitialize, _ =>
        {
            ClusterRegistry.Join(silo);
            return Task.CompletedTask;
        });
        lifecycle.Subscribe("Activate", ServiceLifecycleStage.BecomeActive, _ =>
        {
            silo.BecomeActive();
            return Task.CompletedTask;
        }, silo.StopAsync);
        foreach (var participant in participants) participant.Participate(lifecycle);
        try
        {
            await lifecycle.StartAsync(cancellationToken);
        }
        catch
        {
            silo.Kill();
            ClusterRegistry.Leave(meeting.Value.Key!);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A stop that may not take any time is a kill: nobody gets to say goodbye.
        if (cancellationToken.IsCancellationRequested) silo.Kill();
        try
        {
            await lifecycle.StopAsync(cancellationToken);
        }
        finally
        {
            silo.Kill();
            ClusterRegistry.Leave(meeting.Value.Key!);
        }
    }
}

/// <summary>Connects and disconnects the client with its host.</summary>
internal sealed class ClientHostedService(ClientNode client) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        client.Stop();
        return Task.CompletedTask;
    }
}
