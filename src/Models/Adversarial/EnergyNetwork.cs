// Energy-based GAN: a discriminator that is an autoencoder.
//
// Zhao, Mathieu, LeCun: "Energy-based Generative Adversarial Network", ICLR 2017, arXiv:1609.03126. The energy of an input is the error
// with which an autoencoder gives it back, D(x) = ‖Dec(Enc(x)) − x‖² (here its mean over the pixels); real inputs are pulled down, fakes
// pushed up to a margin m (equations 1 and 2). The pulling-away term (equation 5) keeps the codes of a batch of fakes from pointing
// the same way.
//
// Hyperparameters of the paper: Adam of rate 1e-3, weight 0.1 for the pulling-away term, margins chosen by hand: 10 for MNIST where the
// energy is a sum over pixels, batch normalization in both networks.
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Adversarial;

/// <summary>Images, with their labels behind them where there are classes, to an energy and the code behind it: (B, D + K) to (B, 1 + C).</summary>
public sealed class EnergyNetwork : INetwork
{
    private readonly LayerNetwork _encoder;
    private readonly LayerNetwork _decoder;

    /// <summary>Puts the halves together.</summary>
    /// <param name="encoder">Images, and labels, to codes; its parameters' names begin with <c>encoder.</c>.</param>
    /// <param name="decoder">Codes to images; its parameters' names begin with <c>decoder.</c>.</param>
    public EnergyNetwork(LayerNetwork encoder, LayerNetwork decoder)
    {
        (_encoder, _decoder) = (encoder, decoder);
        Layout = Joined(encoder.Layout, decoder.Layout)!;
        Memory = Joined(encoder.Memory, decoder.Memory);
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <inheritdoc/>
    public ParameterLayout? Memory { get; }

    /// <inheritdoc/>
    public long Inputs => _encoder.Inputs;

    /// <inheritdoc/>
    public long Outputs => 1 + _encoder.Outputs;

    /// <inheritdoc/>
    public bool RowsAreIndependent => _encoder.RowsAreIndependent && _decoder.RowsAreIndependent;

    /// <summary>
    /// The pulling-away term of a batch of codes: the mean squared cosine between any two, in [0, 1].
    /// </summary>
    /// <param name="codes_BC">Codes; at least two.</param>
    /// <returns>A scalar.</returns>
    public static Tensor PullingAway(Tensor codes_BC)
    {
        const double Tiny = 1e-12;
        long batch = codes_BC.shape[0];
        Tensor unit_BC = codes_BC / codes_BC.Square().sum(1L, keepdim: true).Add(Tiny).sqrt();
        Tensor cosines_BB = unit_BC.mm(unit_BC.t());
        Tensor others_BB = cosines_BB - diag(cosines_BB.diagonal());
        return others_BB.Square().sum().Div(batch * (batch - 1.0));
    }

    /// <inheritdoc/>
    public Tensor Forward(FlatParameters parameters, Tensor x_BD) => Forward(new NetworkPass(parameters), x_BD);

    /// <inheritdoc/>
    public Tensor Forward(NetworkPass pass, Tensor x_BD)
    {
        Tensor code_BC = _encoder.Forward(pass, x_BD);
        Tensor error_BD = _decoder.Forward(pass, code_BC) - x_BD.narrow(1, 0, _decoder.Outputs);
        return cat([error_BD.Square().mean([1L], keepdim: true), code_BC], 1);
    }

    private static ParameterLayout? Joined(ParameterLayout? first, ParameterLayout? second)
    {
        ParameterSpec[] specs = [.. new[] { first, second }.SelectMany(layout => layout?.Slots ?? []).Select(slot => slot.Spec)];
        return specs.Length > 0 ? new ParameterLayout(specs) : null;
    }
}
