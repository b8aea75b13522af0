using Cluster.Models;

namespace Cluster.Grains;

/// <summary>The experiment file's activations as those of Models.</summary>
internal static class Activations
{
    public static Activation Map(Contracts.Experiments.Activation activation, double slope) => new(
        activation switch
        {
            Contracts.Experiments.Activation.LeakyRelu => ActivationKind.LeakyRelu,
            Contracts.Experiments.Activation.Relu => ActivationKind.Relu,
            Contracts.Experiments.Activation.Elu => ActivationKind.Elu,
            Contracts.Experiments.Activation.Tanh => ActivationKind.Tanh,
            Contracts.Experiments.Activation.Sigmoid => ActivationKind.Sigmoid,
            _ => throw new InvalidOperationException($"activation {activation} has no function"),
        },
        slope);
}
