using System.Runtime.CompilerServices;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Classifiers;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>Opens the model of a run's checkpoint for the length of one call, draws from it or judges it, and lets it go.</summary>
internal sealed class EvaluatorGrain(SiloServices silo) : Grain, IEvaluatorGrain
{
    /// <inheritdoc/>
    public async Task<byte[]> Draw(string experiment, string checkpoint, string? picture, int rows, int columns, ulong seed, double truncation)
    {
        (Blueprint blueprint, DeviceThread device) = await Prepare(experiment);
        CheckpointFolder folder = new(silo.Run(Run), checkpoint);
        return await device.RunAsync("model.draw", () =>
        {
            using ITrainedModel model = blueprint.Open(folder, device);
            string chosen = picture ?? model.Pictures[0];
            if (!model.Pictures.Contains(chosen, StringComparer.Ordinal))
            {
                throw new InputException($"--picture {chosen}: a {blueprint.File.Model.Kind} has no picture of that name; it draws {string.Join(", ", model.Pictures)}");
            }

            if (truncation > 0)
            {
                (model as ISampler ?? throw NoLatents(blueprint)).Truncation = truncation;
            }

            return model.Draw(chosen, rows, columns, seed);
        });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EvaluationItem> Evaluate(
        string experiment, string checkpoint, EvaluationRequest? request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        (Blueprint blueprint, DeviceThread device) = await Prepare(experiment);
        CheckpointFolder folder = new(silo.Run(Run), checkpoint);
        DataSection data = blueprint.File.Data;
        ImageDataset heldOut = await Task.Run(() => silo.Datasets.Open(data.Name, blueprint.File.Evaluate.Split), cancellation);
        ImageDataset? given = request?.Samples is { } file ? await Task.Run(() => Given(file, blueprint.Data), cancellation) : null;
        Func<FeatureExtractor>? classifier = await Classifier(request?.Classifier ?? blueprint.File.Evaluate.Classifier, blueprint.Data, device);
        if (given is not null && classifier is null)
        {
            throw new InputException("--samples: needs a classifier to judge them by: name a run of kind classifier, or a file that cluster export wrote of one, with --classifier or under evaluate in the experiment file");
        }

        ITrainedModel model = await device.RunAsync(() => blueprint.Open(folder, device), cancellation);
        try
        {
            SampleEvaluation samples = new(blueprint, device.Device, heldOut, classifier);
            IEnumerator<EvaluationItem> items = (given is not null
                ? samples.Of(given)
                : model.Evaluate(heldOut).Concat(samples.Of(model as ISampler))).GetEnumerator();
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

    internal static InputException NoLatents(Blueprint blueprint) =>
        new($"--truncation: a {blueprint.File.Model.Kind} has no normal latents to truncate; leave it out");

    private async Task<(Blueprint Blueprint, DeviceThread Device)> Prepare(string experiment)
    {
        Blueprint blueprint = await silo.Blueprints.Get(experiment);

        // The run's own device while that is here; else the silo's first.
        DevicePool.Lease(silo.LeasedDevice(this.GetPrimaryKeyString()));
        return (blueprint, silo.Devices.Get(blueprint.File.Device.ToString(), blueprint.File.Threads));
    }

    /// <summary>How to open the classifier that is named, on the device's thread; null where none is.</summary>
    private async Task<Func<FeatureExtractor>?> Classifier(string named, ImageDataset data, DeviceThread device)
    {
        if (named.Length == 0)
        {
            return null;
        }

        Blueprint? blueprint = ClassifierSource.IsFile(named) ? null : await silo.Blueprints.Get(await Task.Run(() => ClassifierSource.Experiment(silo, named)));
        return () => ClassifierSource.Open(silo, named, blueprint, data, device.Device);
    }

    /// <summary>Samples from a file, of the data's size.</summary>
    private ImageDataset Given(string file, ImageDataset data)
    {
        ImageDataset given = silo.Datasets.Open(file, "train");
        return (given.Channels, given.Height, given.Width) == (data.Channels, data.Height, data.Width)
            ? given
            : throw new InputException($"--samples {file}: its images are {given.Channels}x{given.Height}x{given.Width}, those of {data.Name} {data.Channels}x{data.Height}x{data.Width}");
    }
}
