namespace Cluster.Contracts.Experiments;

/// <summary>What follows each hidden layer.</summary>
public enum Activation
{
    LeakyRelu,
    Relu,
    Elu,
    Tanh,
    Sigmoid,
}
