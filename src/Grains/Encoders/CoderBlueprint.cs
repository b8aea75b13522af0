using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models.Autoencoders;
using Cluster.Models.Variational;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// The blueprint of a model of two halves, an encoder and a decoder, each a role of its own. With tied weights the decoders contribute
/// to the encoder's role too; a codebook is a third role, a moving average that the encoders feed.
/// </summary>
internal sealed class CoderBlueprint : Blueprint
{
    public CoderBlueprint(ExperimentFile file, ImageDataset data)
        : base(file, Training(file, data))
    {
        Readers = new PieceReaders(this);
        Model = (CoderModel)file.Model;
        if (file.Batch % Model.Microbatches != 0)
        {
            throw new InputException($"model.microbatches: {Model.Microbatches} does not divide batch: {file.Batch}; choose one that does, as {Divisor(file.Batch, Model.Microbatches)}");
        }

        try
        {
            Coder = Coders.Make(Model, Data);
        }
        catch (ArgumentException unfit)
        {
            throw new InputException($"model: {unfit.Message}");
        }

        if (Coder.Likelihood.NeedsUnitInterval)
        {
            RequireRange(0, 1, "Bernoulli units");
        }

        List<RoleBlueprint> roles =
        [
            Trained(CoderModel.EncoderRole, Coder.Encoder, file.Replicas * (Coder.TiedWeights ? 2 : 1)),
            Trained(CoderModel.DecoderRole, Coder.Decoder, file.Replicas),
        ];
        if (Coder.Codebook is { } codebook)
        {
            roles.Add(MovingAverage(CoderModel.CodebookRole, codebook, ((VqVaeModel)Model).Decay, file.Replicas));
        }

        Roles = roles;
    }

    public CoderModel Model { get; }

    /// <summary>What the halves read their minibatches with.</summary>
    public PieceReaders Readers { get; }

    public EncoderDecoder Coder { get; }

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    /// <summary>What byte 0 and full brightness become.</summary>
    public static (float Low, float High) PixelRange => (0, 1);

    /// <summary>Rows of a microbatch.</summary>
    public int PieceRows => File.Batch / Model.Microbatches;

    /// <summary>With tied weights the decoders come after the encoders.</summary>
    public override string Contributor(string role, int index) => index < File.Replicas
        ? base.Contributor(role == CoderModel.CodebookRole ? CoderModel.EncoderRole : role, index)
        : base.Contributor(CoderModel.DecoderRole, index - File.Replicas);

    public override IEnumerable<KeyValuePair<string, double>> Summarize(SignalSet signals) => [.. base.Summarize(signals), .. CodeSignals.Of(signals)];

    public override IReadOnlyList<Rule> Rules => [new NonFiniteRule(), new DivergingRule("loss"), new StalledRule(), .. Coder is Vae ? [new PosteriorCollapseRule()] : Array.Empty<Rule>(), .. TimeRules.All];

    public override IWorkflow Workflow(WorkflowContext context) => new CoderWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device)
    {
        List<FlatParameters> loaded = [];
        try
        {
            foreach (RoleBlueprint role in Roles)
            {
                loaded.Add(Load(checkpoint, role, device));
            }

            return new TrainedCoder(this, device.Device, new CoderParameters(loaded[0], loaded[1], loaded.ElementAtOrDefault(2)));
        }
        catch
        {
            loaded.ForEach(parameters => parameters.Dispose());
            throw;
        }
    }

    /// <summary>One-hot labels, shape (B, C); null where the model has no classes. On the device's thread.</summary>
    public Tensor? OneHot(ReadOnlySpan<int> labels, Device device) =>
        Coder.Classes == 0 ? null : Grains.OneHot.Of(labels, Coder.Classes, Type, device);

    private static ImageDataset Training(ExperimentFile file, ImageDataset data)
    {
        CoderModel model = (CoderModel)file.Model;
        if (model is VaeModel { Conditional: true } && data.Labels is null)
        {
            throw new InputException($"model.conditional: {data.Name}/{data.Split} has no labels to condition on; train without, or on data with labels");
        }

        return model.Anomaly < 0 ? data : Anomalies.Without(data, model.Anomaly);
    }

    private static int Divisor(int batch, int near)
    {
        int divisor = Math.Min(near, batch);
        while (batch % divisor != 0)
        {
            divisor--;
        }

        return divisor;
    }
}
