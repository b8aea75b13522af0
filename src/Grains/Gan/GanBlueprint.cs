using Cluster.Contracts.Experiments;
using Cluster.Data;
using Cluster.Models;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One role's network with what its shards need to hold and step its parameters.</summary>
/// <param name="Name">The role: <c>generator</c>, <c>discriminator</c>.</param>
/// <param name="Network">The network.</param>
/// <param name="Optimizer">How its parameters step.</param>
/// <param name="ClipNorm">Largest 2-norm of the role's gradient; 0 for none.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Type">Number format of parameters and data.</param>
internal sealed record RoleBlueprint(
    string Name, INetwork Network, OptimizerOptions Optimizer, double ClipNorm, ulong Seed, ScalarType Type);

/// <summary>
/// What an experiment file and its data together say of a GAN: every actor of the run makes the same blueprint from the
/// same text. Holds no tensor.
/// </summary>
internal sealed class GanBlueprint
{
    private readonly RoleBlueprint[] _roles;

    public GanBlueprint(ExperimentFile file, ImageDataset data)
    {
        File = file;
        Data = data;
        Model = (GanModel)file.Model;
        Gan = new Gan(
            new GanOptions
            {
                Latent = Model.Latent,
                Objective = Model.Objective switch
                {
                    GanObjective.Minimax => AdversarialObjective.Minimax,
                    GanObjective.NonSaturating => AdversarialObjective.NonSaturating,
                    _ => throw new InvalidOperationException($"objective {Model.Objective} has no model"),
                },
                LabelSmoothing = Model.Discriminator.LabelSmoothing,
                GeneratorHidden = Model.Generator.Hidden,
                GeneratorActivation = Map(Model.Generator.Activation, Model.Generator.Slope),
                GeneratorOutput = Model.Generator.Output == OutputActivation.Sigmoid ? OutputKind.Sigmoid : OutputKind.Tanh,
                DiscriminatorHidden = Model.Discriminator.Hidden,
                DiscriminatorActivation = Map(Model.Discriminator.Activation, Model.Discriminator.Slope),
            },
            data.Pixels);
        _roles = [Role(GanModel.GeneratorRole, Gan.Generator), Role(GanModel.DiscriminatorRole, Gan.Discriminator)];
    }

    public ExperimentFile File { get; }

    public ImageDataset Data { get; }

    public GanModel Model { get; }

    public Gan Gan { get; }

    public ulong Seed => (ulong)File.Seed;

    public ScalarType Type => File.Precision == Precision.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    public IReadOnlyList<RoleBlueprint> Roles => _roles;

    public RoleBlueprint Role(string name) => _roles.First(role => role.Name == name);

    private static Models.Activation Map(Contracts.Experiments.Activation activation, double slope) => new(
        activation switch
        {
            Contracts.Experiments.Activation.LeakyRelu => ActivationKind.LeakyRelu,
            Contracts.Experiments.Activation.Relu => ActivationKind.Relu,
            Contracts.Experiments.Activation.Elu => ActivationKind.Elu,
            Contracts.Experiments.Activation.Tanh => ActivationKind.Tanh,
            _ => throw new InvalidOperationException($"activation {activation} has no function"),
        },
        slope);

    private RoleBlueprint Role(string name, INetwork network)
    {
        OptimizerSection section = File.Optimizer[name];
        OptimizerOptions options = section switch
        {
            SgdOptimizer sgd => new SgdOptions(sgd.LearningRate, sgd.Momentum, sgd.Dampening, sgd.Nesterov, sgd.WeightDecay),
            AdamWOptimizer adamW => new AdamWOptions(adamW.LearningRate, adamW.Beta1, adamW.Beta2, adamW.Epsilon, adamW.WeightDecay),
            AdamOptimizer adam => new AdamOptions(adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay),
            RmsPropOptimizer rms => new RmsPropOptions(rms.LearningRate, rms.Alpha, rms.Epsilon, rms.Momentum, rms.Centered, rms.WeightDecay),
            _ => throw new InvalidOperationException($"optimizer {section.Name} has no kernel"),
        };
        return new RoleBlueprint(name, network, options, section.ClipNorm, Seed, Type);
    }
}
