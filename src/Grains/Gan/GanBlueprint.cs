using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Adversarial;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>The blueprint of a GAN: generator and discriminator, each a role of its own.</summary>
internal sealed class GanBlueprint : Blueprint
{
    public GanBlueprint(ExperimentFile file, ImageDataset data)
        : base(file, data)
    {
        Model = (GanModel)file.Model;
        Gan = new Gan(
            new GanOptions
            {
                Latent = Model.Latent,
                Objective = Map(Model.Objective),
                GradientPenalty = Model.Objective == GanObjective.WassersteinGp ? Model.GradientPenalty : 0,
                LabelSmoothing = Model.Discriminator.LabelSmoothing,
                GeneratorHidden = Model.Generator.Hidden,
                GeneratorActivation = Activations.Map(Model.Generator.Activation, Model.Generator.Slope),
                GeneratorOutput = Model.Generator.Output == OutputActivation.Sigmoid ? OutputKind.Sigmoid : OutputKind.Tanh,
                DiscriminatorHidden = Model.Discriminator.Hidden,
                DiscriminatorActivation = Activations.Map(Model.Discriminator.Activation, Model.Discriminator.Slope),
            },
            data.Pixels);
        RequireRange(Gan.PixelRange.Low, Gan.PixelRange.High, $"generators that end in {(Gan.PixelRange.Low < 0 ? "tanh" : "sigmoid")}");
        Roles =
        [
            Trained(GanModel.GeneratorRole, Gan.Generator.Layout, file.Replicas),
            Trained(GanModel.DiscriminatorRole, Gan.Discriminator.Layout, file.Replicas) with
            {
                ClampValues = Model.Objective == GanObjective.Wasserstein ? Model.WeightClip : 0,
            },
        ];
    }

    public GanModel Model { get; }

    public Gan Gan { get; }

    public override IReadOnlyList<RoleBlueprint> Roles { get; }

    public override IWorkflow Workflow(WorkflowContext context) => new GanWorkflow(context, this);

    public override ITrainedModel Open(CheckpointFolder checkpoint, DeviceThread device)
    {
        FlatParameters generator = Load(checkpoint, Role(GanModel.GeneratorRole), device);
        try
        {
            return new TrainedGan(this, device.Device, generator, Load(checkpoint, Role(GanModel.DiscriminatorRole), device));
        }
        catch
        {
            generator.Dispose();
            throw;
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
