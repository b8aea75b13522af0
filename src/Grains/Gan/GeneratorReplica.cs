using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The tensors of a generator replica. Tensors are touched on the device's thread alone; which batch comes next is
/// decided in the grain's turns.
/// </summary>
internal sealed class GeneratorReplica : IDisposable
{
    private readonly TensorTransfer _transfer;
    private readonly int _index;
    private GeneratedBatch? _batch;
    private GeneratedBatch? _previous;

    public GeneratorReplica(GanBlueprint blueprint, int index, DeviceThread device, TensorTransfer transfer)
    {
        Blueprint = blueprint;
        Device = device;
        _index = index;
        _transfer = transfer;
        Parameters = new FlatParameters(blueprint.Gan.Generator.Layout, device.Device, blueprint.Type);
        Memory = blueprint.Gan.Generator.Memory is { } memory ? new FlatParameters(memory, device.Device, blueprint.Type) : null;
        Average = index == 0 && blueprint.Model.Generator.Average > 0 ? new FlatParameters(Parameters.Layout, device.Device, blueprint.Type) : null;
    }

    public GanBlueprint Blueprint { get; }

    public DeviceThread Device { get; }

    public FlatParameters Parameters { get; }

    /// <summary>What the generator remembers; null for most.</summary>
    public FlatParameters? Memory { get; }

    /// <summary>The moving average of the parameters, which the first replica looks after; null where there is none.</summary>
    public FlatParameters? Average { get; }

    /// <summary>What samples are drawn with.</summary>
    public NetworkPass Sampler => new(Average ?? Parameters, Memory);

    /// <summary>Batches of fakes in a step: one for each discriminator update, and one more where the generator learns on fresh ones.</summary>
    public int Parts => Blueprint.Parts;

    /// <summary>Where the discriminator is, as it said when it last asked, or was asked; null before.</summary>
    public string? DiscriminatorSilo { get; set; }

    /// <summary>
    /// Starts to make a batch of a step if it is not the present one; with staleness the one that the generator learns on then.
    /// </summary>
    public void Prefetch(long step, int part) => _ = Blueprint.Lags ? Batch(Blueprint.Learned(step), Parts - 1) : Batch(step, part);

    /// <summary>Starts to make a batch that the generator does not learn on; the caller owns it.</summary>
    public GeneratedBatch Ahead(long step, int part) => new(step, part, Device.RunAsync("generator.make", () => Make(step, part, learns: false)));

    /// <summary>Queues the end of batches behind their making.</summary>
    public void Free(GeneratedBatch[] batches)
    {
        if (batches.Length > 0)
        {
            _ = Device.RunAsync(() => Array.ForEach(batches, batch => batch.Dispose()));
        }
    }

    /// <summary>A batch of fakes, packed for the silo that asks.</summary>
    public async Task<TensorMessage> Fakes(long step, int part, string askerSilo)
    {
        DiscriminatorSilo = askerSilo;
        GeneratedBatch batch = Batch(step, part);
        return await batch.Pack(_transfer, Device, askerSilo);
    }

    /// <summary>Queues the addition of dL/dparameters to the flat gradient, from dL/dfakes of the present batch.</summary>
    /// <param name="loss">A scalar, in nats; the task gives it.</param>
    /// <param name="gradient">Shape (B, D).</param>
    public Task<double> Learn(Incoming loss, Incoming gradient)
    {
        GeneratedBatch batch = _batch!;
        return Device.RunAsync("generator.learn", () =>
        {
            Parameters.ZeroGradients();
            batch.Output.backward([gradient.Open(Device.Device)], retain_graph: false, create_graph: false, inputs: null);
            batch.Dispose();
            return loss.Open(Device.Device).AsDouble() + Blueprint.Gan.Regularize(Parameters);
        });
    }

    /// <summary>Writes average − parameters into the average's gradient, which is how a moving average steps.</summary>
    public Task Follow() => Device.RunAsync("generator.average", () =>
    {
        using IDisposable guard = no_grad();
        Average!.Gradients.copy_(Average.Values).sub_(Parameters.Values);
    });

    public void Dispose()
    {
        _previous?.Dispose();
        _batch?.Dispose();
        Parameters.Dispose();
        Memory?.Dispose();
        Average?.Dispose();
    }

    private GeneratedBatch Batch(long step, int part)
    {
        if (_batch is { } present && present.Step == step && present.Part == part)
        {
            return present;
        }

        // The present batch may still be lent to the discriminator; the one before cannot be, or it would not have asked again.
        GeneratedBatch? old = _previous;
        _previous = _batch;
        return _batch = new GeneratedBatch(step, part, Device.RunAsync("generator.make", () =>
        {
            old?.Dispose();

            // Only the last batch of a step is learned on; the others need no graph.
            return Make(step, part, learns: part == Parts - 1);
        }));
    }

    private Tensor Make(long step, int part, bool learns)
    {
        string purpose = "latent/" + part.ToString(CultureInfo.InvariantCulture);
        Tensor latent_BZ = GeneratorSamples.Noise(Blueprint, Device.Device, Blueprint.File.Batch, RandomStream.Named(Blueprint.Seed, GanModel.GeneratorRole, _index, step, purpose));

        if (Blueprint.FakeCodes(_index, step, part, Device.Device) is { } codes_BQ)
        {
            latent_BZ = cat([latent_BZ, codes_BQ], 1);
        }

        Tensor input_BZ = Blueprint.WithLabels(latent_BZ, Blueprint.FakeLabels(_index, step, part));

        using (set_grad_enabled(learns))
        {
            return Blueprint.Gan.Generator.Forward(new NetworkPass(Parameters, Memory), input_BZ);
        }
    }
}
