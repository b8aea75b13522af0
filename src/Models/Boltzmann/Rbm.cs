// Restricted Boltzmann machine.
//
// Smolensky: "Information processing in dynamical systems: foundations of harmony theory", 1986; contrastive divergence:
// Hinton, Neural Computation 14, 2002; persistent chains: Tieleman, ICML 2008; practice: Hinton, "A practical guide to
// training restricted Boltzmann machines", UTML TR 2010-003. Gaussian visible units with a learned variance:
// Cho, Ilin, Raiko: "Improved learning of Gaussian-Bernoulli restricted Boltzmann machines", ICANN 2011.
// Centred gradients: Melchior, Fischer, Wiskott: "How to center deep Boltzmann machines", JMLR 17, 2016.
//
// Hyperparameters of examples/rbm-mnist.yaml: 784-500, persistent chains with one sweep an update, batches of 100, centred,
// learning rate 0.05, weights from N(0, 0.01²).
using System.Collections.Immutable;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Boltzmann;

/// <summary>
/// Energy and conditional distributions of a restricted Boltzmann machine as functions of its parameters. Holds no tensor.
/// <para>Bernoulli: E(v, h) = −v·b − h·c − vᵀWh. Gaussian: E(v, h) = Σᵢ (vᵢ − bᵢ)²/(2σᵢ²) − h·c − (v/σ²)ᵀWh, with
/// zᵢ = log σᵢ² as the parameter.</para>
/// Parameters: <c>weight</c> (D, H), <c>visible.bias</c> b (D), <c>hidden.bias</c> c (H), and for Gaussian units
/// <c>visible.log_variance</c> z (D).
/// </summary>
public sealed class Rbm
{
    /// <summary>Name of W, shape (D, H).</summary>
    public const string Weight = "weight";

    /// <summary>Name of b, shape (D).</summary>
    public const string VisibleBias = "visible.bias";

    /// <summary>Name of c, shape (H).</summary>
    public const string HiddenBias = "hidden.bias";

    /// <summary>Name of z = log σ², shape (D); Gaussian units only.</summary>
    public const string LogVariance = "visible.log_variance";

    /// <summary>Lays out the machine.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="visible">Visible units, D, at least 1.</param>
    /// <exception cref="ArgumentException">A size is below 1, a standard deviation negative, or the first biases are not D.</exception>
    public Rbm(RbmOptions options, long visible)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(visible, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Hidden, 1);
        if (options.InitialVisibleBias is { } given && given.Count != visible)
            throw new ArgumentException($"{given.Count} first visible biases do not fit {visible} visible units.", nameof(options));
        (Options, Visible, Hidden) = (options, visible, options.Hidden);
        Initializer bias = options.InitialVisibleBias is { } values ? Initializer.Given([.. values]) : Initializer.Zeros;
        List<ParameterSpec> specs =
        [
            new(Weight, [visible, Hidden], Initializer.Normal(0, options.InitialWeightStd)),
            new(VisibleBias, [visible], bias),
            new(HiddenBias, [Hidden], Initializer.Zeros),
        ];
        if (IsGaussian) specs.Add(new ParameterSpec(LogVariance, [visible], Initializer.Zeros));
        Layout = new ParameterLayout(specs);
    }

    /// <summary>Its shape.</summary>
    public RbmOptions Options { get; }

    /// <summary>Visible units, D.</summary>
    public long Visible { get; }

    /// <summary>Hidden units, H.</summary>
    public long Hidden { get; }

    /// <summary>Whether the visible units are Gaussian.</summary>
    public bool IsGaussian => Options.Visible == VisibleKind.Gaussian;

    /// <summary>The parameters in the order of the flat buffer.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Log-odds of mean pixels, log(m/(1 − m)): the visible biases of independent units with these means.</summary>
    /// <param name="means">Means in [0, 1]; they are kept 0.01 away from the ends, or the odds were infinite.</param>
    public static float[] LogOdds(IReadOnlyList<double> means) =>
        [.. means.Select(mean => Math.Clamp(mean, 0.01, 0.99)).Select(mean => (float)Math.Log(mean / (1 - mean)))];

    /// <summary>E(v, h) in nats, row by row.</summary>
    /// <param name="parameters">Values for <see cref="Layout"/>.</param>
    /// <param name="v_BD">Visible units, shape (B, D).</param>
    /// <param name="h_BH">Hidden units, shape (B, H).</param>
    /// <returns>Shape (B).</returns>
    public Tensor Energy(FlatParameters parameters, Tensor v_BD, Tensor h_BH) =>
        VisibleTerm(parameters, v_BD) - (h_BH * HiddenInput(parameters, v_BD)).sum(1);

    /// <summary>F(v) = −log Σₕ exp(−E(v, h)) in nats, row by row: log p(v) = −F(v) − log Z.</summary>
    /// <param name="parameters">Values for <see cref="Layout"/>.</param>
    /// <param name="v_BD">Visible units, shape (B, D).</param>
    /// <returns>Shape (B).</returns>
    public Tensor FreeEnergy(FlatParameters parameters, Tensor v_BD) =>
        VisibleTerm(parameters, v_BD) - HiddenInput(parameters, v_BD).Softplus().sum(1);

    /// <summary>What the hidden units receive: s·W + c, with s = v, or v/σ² for Gaussian units. Shape (B, H).</summary>
    public Tensor HiddenInput(FlatParameters parameters, Tensor v_BD) =>
        Scaled(parameters, v_BD).mm(parameters[Weight]).Add(parameters[HiddenBias]);

    /// <summary>P(h = 1 | v), shape (B, H).</summary>
    public Tensor HiddenMean(FlatParameters parameters, Tensor v_BD) => HiddenInput(parameters, v_BD).sigmoid();

    /// <summary>What the visible units receive: h·Wᵀ + b. Shape (B, D).</summary>
    public Tensor VisibleInput(FlatParameters parameters, Tensor h_BH) => h_BH.mm(parameters[Weight].t()).Add(parameters[VisibleBias]);

    /// <summary>E[v | h], shape (B, D).</summary>
    public Tensor VisibleMean(FlatParameters parameters, Tensor h_BH)
    {
        Tensor input_BD = VisibleInput(parameters, h_BH);
        return IsGaussian ? input_BD : input_BD.sigmoid();
    }

    /// <summary>The mean of v after one mean-field pass to the hidden units and back. Shape (B, D).</summary>
    public Tensor Reconstruct(FlatParameters parameters, Tensor v_BD) => VisibleMean(parameters, HiddenMean(parameters, v_BD));

    /// <summary>s: v itself, or v/σ² for Gaussian units. Shape (B, D).</summary>
    internal Tensor Scaled(FlatParameters parameters, Tensor v_BD) => IsGaussian ? v_BD * (-parameters[LogVariance]).exp() : v_BD;

    /// <summary>Refuses data that the units cannot take.</summary>
    /// <param name="v_BD">Shape (B, D).</param>
    /// <exception cref="ArgumentException">
    /// Another width; a pixel outside [0, 1] for Bernoulli units; a value that is not finite for Gaussian ones.
    /// </exception>
    public void Check(Tensor v_BD)
    {
        if (v_BD.dim() != 2 || v_BD.shape[1] != Visible)
            throw new ArgumentException($"Data of shape [{string.Join(", ", v_BD.shape)}] do not fit {Visible} visible units: the shape must be [batch, {Visible}].", nameof(v_BD));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Tensor good_BD = IsGaussian ? v_BD.isfinite() : v_BD.Ge(0).logical_and(v_BD.Le(1));
        if (good_BD.all().item<bool>()) return;
        long first = good_BD.logical_not().@float().flatten().argmax().item<long>();
        double value = v_BD.flatten()[first].AsDouble();
        throw new ArgumentException(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Row {first / Visible} has {value} at pixel {first % Visible}: ")
            + (IsGaussian ? "Gaussian visible units need finite numbers." : "Bernoulli visible units need pixels in [0, 1]; scale the data, or take gaussian units."),
            nameof(v_BD));
    }

    private Tensor VisibleTerm(FlatParameters parameters, Tensor v_BD) => IsGaussian
        ? ((v_BD - parameters[VisibleBias]).Square() * (-parameters[LogVariance]).exp()).sum(1).Mul(0.5)
        : -v_BD.mv(parameters[VisibleBias]);
}
