using System.Runtime.InteropServices;
using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>Small GANs in float64, and central differences on their parameters.</summary>
internal static class GanCases
{
    private const double Step = 1e-6;

    public static TheoryData<AdversarialObjective> Objectives { get; } = [.. Enum.GetValues<AdversarialObjective>()];

    /// <summary>A perceptron pair on vectors of 5.</summary>
    public static GanOptions Perceptrons(AdversarialObjective objective = AdversarialObjective.NonSaturating) => new()
    {
        Latent = 3,
        Objective = objective,
        GeneratorHidden = [4],
        GeneratorActivation = new Activation(ActivationKind.Tanh),
        DiscriminatorHidden = [4, 3],

        // Smooth, so that differences of differences are those of the function.
        DiscriminatorActivation = new Activation(ActivationKind.Tanh),
    };

    public static FlatParameters Parameters(ParameterLayout layout, string role)
    {
        FlatParameters parameters = new(layout, CPU, ScalarType.Float64);
        parameters.Initialize(11, role);
        return parameters;
    }

    public static Tensor Normal(string purpose, params long[] shape)
    {
        Tensor values = empty(shape, ScalarType.Float64);
        RandomStream.Named(5, "test", 0, 0, purpose).FillNormal(values);
        return values;
    }

    /// <summary>Holds a gradient against central differences of a function of a tensor's elements.</summary>
    public static void AgreesWithDifferences(Tensor gradient, Tensor at, Func<double> f, double tolerance = 1e-6)
    {
        double[] expected = gradient.data<double>().ToArray();
        using Tensor plain = at.detach();
        for (int i = 0; i < expected.Length; i++)
        {
            double before = Elements(plain)[i];
            Elements(plain)[i] = before + Step;
            double above = f();
            Elements(plain)[i] = before - Step;
            double below = f();
            Elements(plain)[i] = before;
            Assert.Equal((above - below) / (2 * Step), expected[i], tolerance);
        }
    }

    /// <summary>Holds the generator's gradient, by way of the judgement, against central differences of the judgement's loss.</summary>
    public static void GeneratorAgreesWithDifferences(
        Gan gan, FlatParameters g, FlatParameters d, Tensor input_BZ, FlatParameters? memory, Tensor? labels_BK = null, Tensor? codes_BQ = null, FlatParameters? generatorMemory = null)
    {
        NetworkPass pass = new(g, generatorMemory);
        g.ZeroGradients();
        using (NewDisposeScope())
        {
            Tensor fake_BD = gan.Generator.Forward(pass, input_BZ);
            fake_BD.backward([gan.Judge(d, fake_BD.detach(), memory, labels_BK, codes_BQ).Gradient], retain_graph: false, create_graph: false, inputs: null);
        }

        using Tensor gradient = g.Gradients.clone();
        AgreesWithDifferences(gradient, g.Values, () =>
        {
            using DisposeScope scope = NewDisposeScope();
            return gan.Judge(d, gan.Generator.Forward(pass, input_BZ).detach(), memory, labels_BK, codes_BQ).Loss.ToDouble();
        });
    }

    private static Span<double> Elements(Tensor tensor) => MemoryMarshal.Cast<byte, double>(tensor.bytes);
}
