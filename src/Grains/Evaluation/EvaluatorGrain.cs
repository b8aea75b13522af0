using System.Runtime.CompilerServices;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>Opens the model of a run's checkpoint for the length of one call, draws from it or judges it, and lets it go.</summary>
internal sealed class EvaluatorGrain(SiloServices silo) : Grain, IEvaluatorGrain
{
    /// <inheritdoc/>
    public async Task<byte[]> Draw(string experiment, string checkpoint, string? picture, int rows, int columns, ulong seed)
    {
        (Blueprint blueprint, DeviceThread device) = await Prepare(experiment);
        CheckpointFolder folder = new(silo.Run(Run), checkpoint);
        return await device.RunAsync("model.draw", () =>
        {
            using ITrainedModel model = blueprint.Open(folder, device);
            string chosen = picture ?? model.Pictures[0];
            return model.Pictures.Contains(chosen, StringComparer.Ordinal)
                ? model.Draw(chosen, rows, columns, seed)
                : throw new InputException($"--picture {chosen}: a {blueprint.File.Model.Kind} has no picture of that name; it draws {string.Join(", ", model.Pictures)}");
        });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EvaluationItem> Evaluate(
        string experiment, string checkpoint, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        (Blueprint blueprint, DeviceThread device) = await Prepare(experiment);
        CheckpointFolder folder = new(silo.Run(Run), checkpoint);
        DataSection data = blueprint.File.Data;
        ImageDataset heldOut = await Task.Run(() => silo.Datasets.Open(data.Name, blueprint.File.Evaluate.Split), cancellation);
        ITrainedModel model = await device.RunAsync(() => blueprint.Open(folder, device), cancellation);
        try
        {
            IEnumerator<EvaluationItem> items = model.Evaluate(heldOut).GetEnumerator();
            try
            {
                while (await device.RunAsync("model.evaluate", () => items.MoveNext() ? items.Current : null, cancellation) is { } item)
                {
                    yield return item;
                    cancellation.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                await device.RunAsync(items.Dispose, CancellationToken.None);
            }
        }
        finally
        {
            await device.RunAsync(model.Dispose, CancellationToken.None);
        }
    }

    private string Run => this.GetPrimaryKeyString().Split('/')[0];

    private async Task<(Blueprint Blueprint, DeviceThread Device)> Prepare(string experiment)
    {
        Blueprint blueprint = await silo.Blueprints.Get(experiment);

        // The run's own device while that is here; else the silo's first.
        DevicePool.Lease(silo.LeasedDevice(this.GetPrimaryKeyString()));
        return (blueprint, silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads));
    }
}
