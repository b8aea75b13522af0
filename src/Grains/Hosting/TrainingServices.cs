using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Cluster.Grains;

/// <summary>Registers what the actors need from their silo.</summary>
public static class TrainingServices
{
    /// <summary>Adds devices, data, tensor hand-over and the runs' folder to a silo.</summary>
    public static IServiceCollection AddClusterTraining(this IServiceCollection services, TrainingOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<DevicePool>();
        services.AddSingleton<TrainingMeter>();
        services.AddSingleton<LocalTensors>();
        services.AddSingleton(silo => new BulkChannel(options.Bulk, silo.GetRequiredService<ILocalSiloDetails>().SiloAddress.Endpoint.Address, silo.GetService<ILoggerFactory>()?.CreateLogger<BulkChannel>()));
        services.AddSingleton(silo => new TensorTransfer(
            silo.GetRequiredService<LocalTensors>(), options.Bulk.Enabled ? silo.GetRequiredService<BulkChannel>() : null));
        services.AddSingleton<SiloNccl>();
        services.AddSingleton<Datasets>();
        services.AddSingleton<Blueprints>();
        services.AddSingleton<SiloWork>();
        services.AddSingleton<StepRecorder>();
        services.AddSingleton<SiloBook>();
        services.AddSingleton<Heartbeat>();
        services.AddSingleton(provider => new SiloLife(
            provider.GetRequiredService<SiloWork>(), provider.GetRequiredService<Heartbeat>(), provider.GetRequiredService<IGrainFactory>()));
        services.AddSingleton<SiloServices>();
        return services;
    }
}
