using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>
/// Two last layers on the same features: a score, and a head of its own hidden layer behind it: (A) to (score + outputs). The head is
/// affine, leaky rectifier of slope 0.1, affine.
/// </summary>
/// <param name="Score">The layer that gives the score.</param>
/// <param name="Hidden">Hidden units of the head.</param>
/// <param name="Outputs">Elements that the head gives.</param>
public sealed record ScoreAndHeadLayer(Layer Score, int Hidden, int Outputs) : Layer
{
    private const double Slope = 0.1;
    private const string ScoreName = "score.", HiddenName = "head.0.", OutputName = "head.2.";

    private LinearLayer HiddenLayer { get; } = new(Hidden);

    private LinearLayer OutputLayer { get; } = new(Outputs);

    /// <inheritdoc/>
    public override bool RowsAreIndependent => Score.RowsAreIndependent;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] inputShape) => [Score.OutputShape(inputShape)[0] + Outputs];

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Parameters(long[] inputShape) =>
    [
        .. Named(ScoreName, Score.Parameters(inputShape)),
        .. Named(HiddenName, HiddenLayer.Parameters(inputShape)),
        .. Named(OutputName, OutputLayer.Parameters([Hidden])),
    ];

    /// <inheritdoc/>
    public override IEnumerable<ParameterSpec> Memory(long[] inputShape) => Named(ScoreName, Score.Memory(inputShape));

    /// <inheritdoc/>
    public override Tensor Apply(NetworkPass pass, string prefix, Tensor x)
    {
        Tensor hidden_BH = HiddenLayer.Apply(pass, prefix + HiddenName, x).LeakyRelu(Slope);
        return cat([Score.Apply(pass, prefix + ScoreName, x), OutputLayer.Apply(pass, prefix + OutputName, hidden_BH)], 1);
    }

    /// <inheritdoc/>
    public override Tensor Apply(FlatParameters parameters, string prefix, Tensor x) => Apply(new NetworkPass(parameters), prefix, x);

    private static IEnumerable<ParameterSpec> Named(string prefix, IEnumerable<ParameterSpec> specs) =>
        specs.Select(spec => spec with { Name = prefix + spec.Name });
}
