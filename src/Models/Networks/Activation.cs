using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>The functions that may follow a hidden layer.</summary>
public enum ActivationKind
{
    /// <summary>x for x &gt; 0, slope·x otherwise (Maas et al. 2013).</summary>
    LeakyRelu,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x for x &gt; 0, exp(x) − 1 otherwise (Clevert et al. 2016).</summary>
    Elu,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>Logistic function.</summary>
    Sigmoid,
}

/// <summary>The function after a network's last layer.</summary>
public enum OutputKind
{
    /// <summary>None: logits, or scores of a critic.</summary>
    Linear,

    /// <summary>Hyperbolic tangent: values in [−1, 1].</summary>
    Tanh,

    /// <summary>Logistic function: values in [0, 1].</summary>
    Sigmoid,

    /// <summary>max(x, 0): codes with exact zeros.</summary>
    Relu,
}

/// <summary>A hidden layer's function with its slope, where it has one.</summary>
/// <param name="Kind">Which function.</param>
/// <param name="Slope">Slope below zero of <see cref="ActivationKind.LeakyRelu"/>; the others ignore it.</param>
public sealed record Activation(ActivationKind Kind, double Slope = 0.2)
{
    /// <summary>Applies the function elementwise.</summary>
    public Tensor Apply(Tensor x) => Kind switch
    {
        ActivationKind.LeakyRelu => x.LeakyRelu(Slope),
        ActivationKind.Relu => nn.functional.relu(x),
        ActivationKind.Elu => x.Elu(),
        ActivationKind.Tanh => x.tanh(),
        ActivationKind.Sigmoid => x.sigmoid(),
        _ => throw new ArgumentOutOfRangeException(nameof(x), Kind, "unknown activation"),
    };

    /// <summary>Applies a network's last function elementwise.</summary>
    public static Tensor ApplyOutput(OutputKind kind, Tensor x) => kind switch
    {
        OutputKind.Linear => x,
        OutputKind.Tanh => x.tanh(),
        OutputKind.Sigmoid => x.sigmoid(),
        OutputKind.Relu => nn.functional.relu(x),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown output"),
    };
}
