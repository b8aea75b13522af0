using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>One layer of a <see cref="LayerNetwork"/>: a function with at most a weight and a bias. It owns no tensor.</summary>
public abstract record Layer
{
    /// <summary>The shape of one output, without the batch, for one input of that shape.</summary>
    /// <exception cref="ArgumentException">Inputs of that shape do not go through the layer.</exception>
    public abstract long[] OutputShape(long[] inputShape);

    /// <summary>The layer's parameters, named <c>weight</c> and <c>bias</c>; none for most.</summary>
    /// <param name="inputShape">The shape of one input.</param>
    public virtual IEnumerable<ParameterSpec> Parameters(long[] inputShape) => [];

    /// <summary>
    /// What the layer remembers from update to update beside its parameters: a moving value, named as a parameter is; none for most.
    /// </summary>
    /// <param name="inputShape">The shape of one input.</param>
    public virtual IEnumerable<ParameterSpec> Memory(long[] inputShape) => [];

    /// <summary>Whether a row of the output depends on the same row of the input alone.</summary>
    public virtual bool RowsAreIndependent => true;

    /// <summary>Applies the layer within a pass, for layers that remember, or that normalize over the batch.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="prefix">What comes before the names of the parameters.</param>
    /// <param name="x">A batch of inputs.</param>
    public virtual Tensor Apply(NetworkPass pass, string prefix, Tensor x) => Apply(pass.Parameters, prefix, x);

    /// <summary>Applies the layer.</summary>
    /// <param name="parameters">Where the layer's parameters are.</param>
    /// <param name="prefix">What comes before their names, as "2.".</param>
    /// <param name="x">A batch of inputs.</param>
    public abstract Tensor Apply(FlatParameters parameters, string prefix, Tensor x);
}
