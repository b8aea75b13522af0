using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>The blueprint of a GAN: generator and discriminator, each a role of its own.</summary>
internal sealed class GanBlueprint : Blueprint
{
    public GanBlueprint(ExperimentFile file, ImageDataset data)
        : base(file, data)
    {
        Model = (GanModel)file.Model;
        LabelledClasses = data.Labels is { Length: > 0 } all ? all.Max() + 1 : 0;
        if (Model.Conditional)
        {
            Classes = data.Labels is { } labels
                ? labels.Max() + 1
                : throw new InputException($"model.conditional: {data.Name}/{data.Split} has no labels to condition on; train without, or on data with labels");
        }

        Gan = Make(
            new GanOptions
            {
                Classes = Classes,
                GeneratorConvolutions = Model.Generator.Net == NetKind.Dcgan ? new DcganOptions { Channels = Model.Generator.Channels } : null,
                DiscriminatorConvolutions = Model.Discriminator.Net == NetKind.Dcgan
                    ? new DcganOptions { Channels = Model.Discriminator.Channels, BatchNorm = Model.Discriminator.BatchNorm }
                    : null,
                SpectralNorm = Model.Discriminator.SpectralNorm,
                SpectralScale = Model.Discriminator.SpectralScale,
                Minibatch = Model.Discriminator.MinibatchKernels > 0
                    ? new MinibatchLayer(Model.Discriminator.MinibatchKernels, Model.Discriminator.MinibatchDimensions)
                    : null,
                Latent = Model.Latent,
                Objective = Map(Model.Objective),
                GradientPenalty = Model.Objective == GanObjective.WassersteinGp ? Model.GradientPenalty : 0,
                LabelSmoothing = Model.Discriminator.LabelSmoothing,
                GeneratorHidden = Model.Generator.Hidden,
                GeneratorActivation = Activations.Map(Model.Generator.Activation, Model.Generator.Slope),
                GeneratorOutput = Model.Generator.Output switch
                {
                    OutputActivation.Sigmoid => OutputKind.Sigmoid,
                    OutputActivation.Linear => OutputKind.Linear,
                    _ => OutputKind.Tanh,
                },
                DiscriminatorHidden = Model.Discriminator.Hidden,
                DiscriminatorActivation = Activations.Map(Model.Discriminator.Activation, Model.Discriminator.Slope),
            },
            data);
        if (Model.Generator.Output != OutputActivation.Linear)
        {
            RequireRange(Gan.PixelRange.Low, Gan.PixelRange.High, $"generators that end in {(Gan.PixelRange.Low < 0 ? "tanh" : "sigmoid")}");
        }

        List<RoleBlueprint> roles =
        [
            Trained(GanModel.GeneratorRole, Gan.Generator.Layout, file.Replicas),
            Trained(GanModel.DiscriminatorRole, Gan.Discriminator.Layout, file.Replicas) with
            {
                ClampValues = Model.Objective == GanObjective.Wasserstein ? Model.WeightClip : 0,
            },
        ];
        if (Gan.Discriminator.Memory is { } memory)
        {
            roles.Add(MovingAverage(GanModel.MemoryRole, memory, 0, file.Replicas));
        }

        Roles = roles;
    }

    public GanModel Model { get; }

    public Gan Gan { get; }

    /// <summary>Classes that both networks are told; 0 for none.</summary>
    public int Classes { get; }

    /// <summary>Classes that the data's labels name; 0 where they have none.</summary>
    public int LabelledClasses { get; }

    /// <summary>Batches of fakes in a step: one for each discriminator update, and one more where the generator learns on fresh ones.</summary>
    public int Parts => Model.DiscriminatorSteps + (Model.ReuseFakes ? 0 : 1);

    /// <summary>Whether the data are points in the plane.</summary>
    public bool IsPlane => Data is { Channels: 1, Height: 1, Width: 2 };

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    /// <summary>
    /// The classes of a batch of fakes. A pure function of its name, so that generator and discriminator each draw them and none travels.
    /// </summary>
    public int[] FakeLabels(int replica, long step, int part) => Classes == 0 ? [] : DrawLabels(
        RandomStream.Named(Seed, GanModel.GeneratorRole, replica, step, "labels/" + part.ToString(CultureInfo.InvariantCulture)), File.Batch);

    /// <summary>Classes, all equally likely; empty where there are none.</summary>
    public int[] DrawLabels(RandomStream stream, int count)
    {
        int[] labels = new int[Classes == 0 ? 0 : count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = stream.Next(Classes);
        }

        return labels;
    }

    /// <summary>Rows with their labels behind them, shape (B, N + K); the rows themselves where there are no classes.</summary>
    public Tensor WithLabels(Tensor rows_BN, ReadOnlySpan<int> labels) =>
        Classes == 0 ? rows_BN : cat([rows_BN, OneHot.Of(labels, Classes, rows_BN.dtype, rows_BN.device)], 1);

    /// <summary>What the discriminator remembers comes from its replicas.</summary>
    public override string Contributor(string role, int index) => base.Contributor(role == GanModel.MemoryRole ? GanModel.DiscriminatorRole : role, index);

    public override IEnumerable<KeyValuePair<string, double>> Summarize(SignalSet signals) => [.. base.Summarize(signals), .. GanSignals.Of(signals)];

    public override IReadOnlyList<Rule> Rules =>
    [
        new NonFiniteRule(), new DivergingRule(null), new StalledRule(), new ModeCollapseRule(),
        .. Gan.ScoresAreProbabilities ? [new DiscriminatorWinsRule()] : Array.Empty<Rule>(), .. TimeRules.All,
    ];

    public override IWorkflow Workflow(WorkflowContext context) => new GanWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device)
    {
        List<FlatParameters> loaded = [];
        try
        {
            foreach (RoleBlueprint role in Roles)
            {
                loaded.Add(Load(checkpoint, role, device));
            }

            return new TrainedGan(this, device.Device, loaded[0], loaded[1], loaded.ElementAtOrDefault(2));
        }
        catch
        {
            loaded.ForEach(parameters => parameters.Dispose());
            throw;
        }
    }

    private static Gan Make(GanOptions options, ImageDataset data)
    {
        try
        {
            return new Gan(options, new ImageSize(data.Channels, data.Height, data.Width));
        }
        catch (ArgumentException unfit)
        {
            throw new InputException($"model: {data.Name}: {unfit.Message}");
        }
    }

    private static AdversarialObjective Map(GanObjective objective) => objective switch
    {
        GanObjective.Minimax => AdversarialObjective.Minimax,
        GanObjective.NonSaturating => AdversarialObjective.NonSaturating,
        GanObjective.LeastSquares => AdversarialObjective.LeastSquares,
        GanObjective.Hinge => AdversarialObjective.Hinge,
        GanObjective.Wasserstein or GanObjective.WassersteinGp => AdversarialObjective.Wasserstein,
        GanObjective.Kl => AdversarialObjective.Kl,
        GanObjective.ReverseKl => AdversarialObjective.ReverseKl,
        GanObjective.SquaredHellinger => AdversarialObjective.SquaredHellinger,
        GanObjective.JensenShannon => AdversarialObjective.JensenShannon,
        _ => throw new InvalidOperationException($"objective {objective} has no model"),
    };
}
