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

        Codes = Model.Codes.Any
            ? new LatentCodes(Model.Codes.Categorical, Model.Codes.Continuous)
            {
                Weight = Model.Codes.Weight,
                ContinuousWeight = Model.Codes.ContinuousWeight,
                HeadUnits = Model.Codes.HeadUnits,
            }
            : null;
        Gan = Make(
            new GanOptions
            {
                Classes = Classes,
                GeneratorConvolutions = Model.Generator.Net == NetKind.Dcgan
                    ? new DcganOptions { Channels = Model.Generator.Channels, ClassEmbedding = Model.Generator.ClassEmbedding, SkipLatent = Model.Generator.SkipLatent }
                    : null,
                DiscriminatorConvolutions = Model.Discriminator.Net == NetKind.Dcgan
                    ? new DcganOptions { Channels = Model.Discriminator.Channels, BatchNorm = Model.Discriminator.BatchNorm }
                    : null,
                SpectralNorm = Model.Discriminator.SpectralNorm,
                SpectralScale = Model.Discriminator.SpectralScale,
                Minibatch = Model.Discriminator.MinibatchKernels > 0
                    ? new MinibatchLayer(Model.Discriminator.MinibatchKernels, Model.Discriminator.MinibatchDimensions)
                    : null,
                Latent = Model.Latent,
                Codes = Codes,
                Margin = Model.Margin,
                PullingAway = Model.PullingAway,
                Orthogonal = Model.Generator.Orthogonal,
                Objective = Map(Model.Objective),
                GradientPenalty = Model.Objective == GanObjective.WassersteinGp ? Model.GradientPenalty : 0,
                LabelSmoothing = Model.Discriminator.LabelSmoothing,
                GeneratorSpectral = Model.Generator.SpectralNorm ? Model.Generator.SpectralScale : null,
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
            Trained(GanModel.GeneratorRole, Begun(Gan.Generator.Layout, Model.Generator.Initialization), file.Replicas),
            Trained(GanModel.DiscriminatorRole, Begun(Gan.Discriminator.Layout, Model.Discriminator.Initialization), file.Replicas) with
            {
                ClampValues = Model.Objective == GanObjective.Wasserstein ? Model.WeightClip : 0,
            },
        ];
        if (Gan.Discriminator.Memory is { } memory)
        {
            roles.Add(MovingAverage(GanModel.MemoryRole, memory, 0, file.Replicas));
        }

        if (Gan.Generator.Memory is { } generatorMemory)
        {
            roles.Add(MovingAverage(GanModel.GeneratorMemoryRole, generatorMemory, 0, file.Replicas));
        }

        if (Model.Generator.Average > 0)
        {
            // The replicas are equal: the first one speaks for all.
            roles.Add(MovingAverage(GanModel.AverageRole, roles[0].Layout, Model.Generator.Average, 1) with { BeginsAs = GanModel.GeneratorRole });
        }

        Roles = roles;
    }

    public GanModel Model { get; }

    public Gan Gan { get; }

    /// <summary>Classes that both networks are told; 0 for none.</summary>
    public int Classes { get; }

    /// <summary>Classes that the data's labels name; 0 where they have none.</summary>
    public int LabelledClasses { get; }

    /// <summary>Codes that the discriminator reads back; null where there are none.</summary>
    public LatentCodes? Codes { get; }

    /// <summary>Batches of fakes in a step: one for each discriminator update, and one more where the generator learns on fresh ones.</summary>
    public int Parts => Model.DiscriminatorSteps + (Model.ReuseFakes ? 0 : 1);

    /// <summary>Whether the two networks step at the same time, each on what the other was some steps ago.</summary>
    public bool Lags => Model.Staleness > 0;

    /// <summary>
    /// The step whose name the fakes have that the generator learns on in a step. Where they are reused, the discriminator learns on them
    /// in that step, too.
    /// </summary>
    public long Learned(long step) => Model.ReuseFakes ? step + Model.Staleness : step;

    /// <summary>Whether the data are points in the plane.</summary>
    public bool IsPlane => Data is { Channels: 1, Height: 1, Width: 2 };

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    /// <summary>
    /// The classes of a batch of fakes. A pure function of its name, so that generator and discriminator each draw them and none travels.
    /// </summary>
    public int[] FakeLabels(int replica, long step, int part) => Classes == 0 ? [] : DrawLabels(
        RandomStream.Named(Seed, GanModel.GeneratorRole, replica, step, "labels/" + part.ToString(CultureInfo.InvariantCulture)), File.Batch);

    /// <summary>The codes of a batch of fakes, shape (B, Q), drawn by both as its labels are; null where there are none.</summary>
    public Tensor? FakeCodes(int replica, long step, int part, Device device) => DrawCodes(
        RandomStream.Named(Seed, GanModel.GeneratorRole, replica, step, "codes/" + part.ToString(CultureInfo.InvariantCulture)), File.Batch, device);

    /// <summary>Codes from their prior, shape (count, Q); null where there are none.</summary>
    /// <param name="stream">Where they are drawn.</param>
    /// <param name="count">How many.</param>
    /// <param name="device">Where they go.</param>
    /// <param name="first">The categories of the first code where they are given; else empty.</param>
    public Tensor? DrawCodes(RandomStream stream, int count, Device device, ReadOnlySpan<int> first = default) =>
        Codes is null ? null : tensor(Codes.Draw(stream, count, first), [count, Codes.Width]).to(Type).to(device);

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

    /// <summary>What a network remembers, and the average of the generator, come from its replicas.</summary>
    public override string Contributor(string role, int index) => base.Contributor(
        role switch
        {
            GanModel.MemoryRole => GanModel.DiscriminatorRole,
            GanModel.GeneratorMemoryRole or GanModel.AverageRole => GanModel.GeneratorRole,
            _ => role,
        },
        index);

    public override IEnumerable<KeyValuePair<string, double>> Summarize(SignalSet signals) => [.. base.Summarize(signals), .. GanSignals.Of(signals)];

    public override bool RolesTakeTurns => !Lags;

    public override IReadOnlyList<Rule> Rules =>
    [
        new NonFiniteRule(), new DivergingRule(null), new StalledRule(), new ModeCollapseRule(),
        .. Gan.ScoresAreProbabilities ? [new DiscriminatorWinsRule()] : Array.Empty<Rule>(), .. TimeRules.All,
    ];

    public override IWorkflow Workflow(WorkflowContext context) => new GanWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device)
    {
        Dictionary<string, FlatParameters> loaded = new(StringComparer.Ordinal);
        try
        {
            foreach (RoleBlueprint role in Roles)
            {
                loaded.Add(role.Name, Load(checkpoint, role, device));
            }

            return new TrainedGan(
                this,
                device.Device,
                new NetworkPass(loaded.GetValueOrDefault(GanModel.AverageRole) ?? loaded[GanModel.GeneratorRole], loaded.GetValueOrDefault(GanModel.GeneratorMemoryRole)),
                new NetworkPass(loaded[GanModel.DiscriminatorRole], loaded.GetValueOrDefault(GanModel.MemoryRole)),
                [.. loaded.Values]);
        }
        catch
        {
            foreach (FlatParameters parameters in loaded.Values)
            {
                parameters.Dispose();
            }

            throw;
        }
    }

    private static ParameterLayout Begun(ParameterLayout layout, Initialization initialization) =>
        initialization == Initialization.Orthogonal ? OrthogonalWeights.Initialized(layout) : layout;

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
        GanObjective.EnergyBased => AdversarialObjective.EnergyBased,
        _ => throw new InvalidOperationException($"objective {objective} has no model"),
    };
}
