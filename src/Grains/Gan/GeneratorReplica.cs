using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Numerics;
using static TorchSharp.torch;
using Grid = Cluster.Data.SampleGrid;

namespace Cluster.Grains;

/// <summary>
/// The tensors of a generator replica. Tensors are touched on the device's thread alone; which batch comes next is
/// decided in the grain's turns.
/// </summary>
internal sealed class GeneratorReplica : IDisposable
{
    private readonly TensorTransfer _transfer;
    private readonly int _index;
    private (long Step, int Part, Task<GeneratedBatch> Making)? _batch;
    private Task<GeneratedBatch>? _previous;

    public GeneratorReplica(GanBlueprint blueprint, int index, DeviceThread device, TensorTransfer transfer)
    {
        Blueprint = blueprint;
        Device = device;
        _index = index;
        _transfer = transfer;
        Parameters = new FlatParameters(blueprint.Gan.Generator.Layout, device.Device, blueprint.Type);
    }

    public GanBlueprint Blueprint { get; }

    public DeviceThread Device { get; }

    public FlatParameters Parameters { get; }

    /// <summary>Batches of fakes in a step: one for each discriminator update, and one more where the generator learns on fresh ones.</summary>
    public int Parts => Blueprint.Model.DiscriminatorSteps + (Blueprint.Model.ReuseFakes ? 0 : 1);

    /// <summary>Where the discriminator is, as it said when it last asked; null before.</summary>
    public string? DiscriminatorSilo { get; private set; }

    /// <summary>Starts to make a batch if it is not the present one.</summary>
    public void Prefetch(long step, int part) => _ = Batch(step, part);

    /// <summary>A batch of fakes, packed for the silo that asks.</summary>
    public async Task<TensorMessage> Fakes(long step, int part, string askerSilo)
    {
        DiscriminatorSilo = askerSilo;
        GeneratedBatch batch = await Batch(step, part);
        if (batch.PackedFor != askerSilo)
        {
            await Device.RunAsync(() => batch.Pack(_transfer, askerSilo));
        }

        return batch.Message;
    }

    /// <summary>Adds dL/dparameters to the flat gradient, from dL/dfakes of the present batch.</summary>
    /// <param name="gradient">Shape (B, D).</param>
    public void Learn(TensorMessage gradient)
    {
        GeneratedBatch batch = _batch!.Value.Making.Result;
        Parameters.ZeroGradients();
        using Tensor gradient_BD = _transfer.Open(gradient, Device.Device);
        batch.Output.backward([gradient_BD], retain_graph: false, create_graph: false, inputs: null);
        batch.Dispose();
    }

    /// <summary>Images of fresh latents, count × pixels. Runs on the device's thread.</summary>
    public float[] Sample(int count, ulong seed)
    {
        using (no_grad())
        {
            Tensor latent = Latent(count, RandomStream.Named(seed, "sample", 0, 0, "latent"));
            Tensor images = Blueprint.Gan.Generator.Forward(Parameters, latent).to(ScalarType.Float32).cpu().contiguous();
            return images.data<float>().ToArray();
        }
    }

    /// <summary>A grid of images as a PNG; plain code, for any thread.</summary>
    public byte[] Picture(float[] pixels, int rows, int columns)
    {
        (float low, float high) = Blueprint.Gan.PixelRange;
        ImageDataset data = Blueprint.Data;
        return Grid.ToPng(pixels, rows, columns, data.Channels, data.Height, data.Width, low, high);
    }

    public void Dispose()
    {
        Dispose(_previous);
        Dispose(_batch?.Making);
        Parameters.Dispose();
    }

    private Task<GeneratedBatch> Batch(long step, int part)
    {
        if (_batch is { } present && present.Step == step && present.Part == part)
        {
            return present.Making;
        }

        // The present batch may still be lent to the discriminator; the one before cannot be, or it would not have asked again.
        Task<GeneratedBatch>? old = _previous;
        Task<GeneratedBatch> making = Device.RunAsync(() =>
        {
            Dispose(old);
            return Make(step, part);
        });
        _previous = _batch?.Making;
        _batch = (step, part, making);
        return making;
    }

    private GeneratedBatch Make(long step, int part)
    {
        string purpose = "latent/" + part.ToString(CultureInfo.InvariantCulture);
        Tensor latent = Latent(Blueprint.File.Batch, RandomStream.Named(Blueprint.Seed, GanModel.GeneratorRole, _index, step, purpose));
        GeneratedBatch batch;
        if (part == Parts - 1)
        {
            batch = new GeneratedBatch(Blueprint.Gan.Generator.Forward(Parameters, latent).DetachFromDisposeScope());
        }
        else
        {
            using (no_grad())
            {
                batch = new GeneratedBatch(Blueprint.Gan.Generator.Forward(Parameters, latent).DetachFromDisposeScope());
            }
        }

        if (DiscriminatorSilo is { } silo)
        {
            batch.Pack(_transfer, silo);
        }

        return batch;
    }

    private Tensor Latent(int count, RandomStream stream)
    {
        Tensor latent_BZ = empty(count, Blueprint.Model.Latent, Blueprint.Type, Device.Device);
        if (Blueprint.Model.Prior == GanPrior.Uniform)
        {
            stream.FillUniform(latent_BZ, -1, 1);
        }
        else
        {
            stream.FillNormal(latent_BZ);
        }

        return latent_BZ;
    }

    private static void Dispose(Task<GeneratedBatch>? made)
    {
        if (made is { IsCompletedSuccessfully: true })
        {
            made.Result.Dispose();
        }
    }
}

/// <summary>One batch of fakes with the graph that made it, and the message in which it travels.</summary>
/// <param name="output">Shape (B, D).</param>
internal sealed class GeneratedBatch(Tensor output) : IDisposable
{
    private Outgoing? _outgoing;

    public Tensor Output => output;

    /// <summary>The silo that the message is meant for; null before packing.</summary>
    public string? PackedFor { get; private set; }

    public TensorMessage Message => _outgoing!.Message;

    /// <summary>Packs the values for a receiver; the loan lasts as long as the batch.</summary>
    public void Pack(TensorTransfer transfer, string silo)
    {
        _outgoing?.Dispose();
        using Tensor values = output.detach();
        _outgoing = transfer.Pack(values, silo);
        PackedFor = silo;
    }

    public void Dispose()
    {
        _outgoing?.Dispose();
        output.Dispose();
    }
}
