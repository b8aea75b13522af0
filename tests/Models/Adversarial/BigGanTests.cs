using Cluster.Models.Adversarial;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

/// <summary>BigGAN's recipe: conditional batch normalization, skip-z, orthogonal weights, a generator with spectral norms.</summary>
public sealed class BigGanTests
{
    public static TheoryData<int, bool, bool> Shapes { get; } = new() { { 3, true, false }, { 3, false, false }, { 0, true, true }, { 2, true, true } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_of_the_generator_agree_with_central_differences(int embedding, bool skip, bool spectral)
    {
        Gan gan = Of(embedding, skip, spectral);
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator"), d = GanCases.Parameters(gan.Discriminator.Layout, "discriminator");
        using FlatParameters? memory = DcganTests.Settled(gan.Generator, g);
        using Tensor labels_BK = eye(3, dtype: ScalarType.Float64), z_BZ = GanCases.Normal("z", 3, 6), input_BZ = cat([z_BZ, labels_BK], 1);
        GanCases.GeneratorAgreesWithDifferences(gan, g, d, input_BZ, null, labels_BK, generatorMemory: memory);
    }

    [Fact]
    public void Each_normalization_sees_the_embedding_and_its_own_piece_of_z()
    {
        Gan gan = Of(3, true, false);
        Assert.Equal(
            "embedding.weight:3,3 layers.0.weight:64,2 layers.1.weight:4,2,4,4 layers.2.weight:2,1,4,4 "
            + "norms.0.gain.weight:4,5 norms.0.bias.weight:4,5 norms.1.gain.weight:2,5 norms.1.bias.weight:2,5",
            string.Join(' ', gan.Generator.Layout.Slots.Select(slot => $"{slot.Spec.Name}:{string.Join(',', slot.Spec.Shape)}")));

        using DisposeScope scope = NewDisposeScope();
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator");
        Tensor z_BZ = GanCases.Normal("z", 4, 6), labels_BK = eye(3, dtype: ScalarType.Float64).index_select(0, tensor(new long[] { 0, 0, 1, 2 }));
        Tensor made = gan.Generator.Forward(g, cat([z_BZ, labels_BK], 1));
        Tensor E(int row) => labels_BK.narrow(0, row, 1).mm(g["embedding.weight"]);

        // Written out for one image, given what the whole batch decides: means and variances.
        Tensor h = nn.functional.linear(z_BZ.narrow(1, 0, 2), g["layers.0.weight"]).view(4, 4, 4, 4);
        for (int layer = 0; layer < 2; layer++)
        {
            Tensor flat = h.transpose(0, 1).flatten(1), mean = flat.mean([1L]).view(1, -1, 1, 1), variance = flat.var(1L, unbiased: false).view(1, -1, 1, 1);
            Tensor normal = (h - mean) / (variance + 1e-5).sqrt();
            Tensor[] rows = new Tensor[4];
            for (int row = 0; row < 4; row++)
            {
                Tensor condition = cat([E(row), z_BZ.narrow(0, row, 1).narrow(1, 2 + (2 * layer), 2)], 1);
                Tensor gain = 1 + condition.mm(g[$"norms.{layer}.gain.weight"].t()), shift = condition.mm(g[$"norms.{layer}.bias.weight"].t());
                rows[row] = (normal.narrow(0, row, 1) * gain.view(1, -1, 1, 1)) + shift.view(1, -1, 1, 1);
            }

            h = nn.functional.conv_transpose2d(cat(rows, 0).relu(), g[$"layers.{layer + 1}.weight"], strides: [2, 2], padding: [1, 1]);
        }

        Assert.True(h.flatten(1).tanh().allclose(made, 1e-9, 1e-9));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        DcganOptions embedded = new() { Channels = 2, ClassEmbedding = 3 };
        ImageSize image = new(1, 8, 8);
        Assert.Contains("needs classes", Assert.Throws<ArgumentException>(() => new BigGan(embedded, 6, 0, image, OutputKind.Tanh, null)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "latent must be at least 3, but is 2",
            Assert.Throws<ArgumentException>(() => new BigGan(embedded with { ClassEmbedding = 0, SkipLatent = true, Channels = 2 }, 2, 0, new(1, 16, 16), OutputKind.Tanh, null)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Orthogonal_weights_begin_with_orthonormal_rows_or_columns()
    {
        Gan gan = Of(3, true, false);
        ParameterLayout begun = OrthogonalWeights.Initialized(gan.Generator.Layout);
        Assert.Equal(gan.Generator.Layout.Fingerprint, begun.Fingerprint);
        using DisposeScope scope = NewDisposeScope();
        using FlatParameters g = GanCases.Parameters(begun, "generator"), plain = GanCases.Parameters(gan.Generator.Layout, "generator");
        Assert.Equal(plain["embedding.weight"].data<double>(), g["embedding.weight"].data<double>());
        foreach (ParameterSlot slot in begun.Slots.Where(slot => slot.Spec.Name != "embedding.weight"))
        {
            Tensor weight = g[slot.Spec.Name].detach().flatten(1);
            Tensor products = weight.shape[0] <= weight.shape[1] ? weight.mm(weight.t()) : weight.t().mm(weight);
            Assert.True(products.allclose(eye(products.shape[0], dtype: ScalarType.Float64), 1e-10, 1e-10), slot.Spec.Name);
        }
    }

    [Fact]
    public void Orthogonal_regularization_is_its_formula_and_its_gradient_agrees_with_central_differences()
    {
        Gan gan = new(GanCases.Perceptrons() with { Orthogonal = 0.02 }, 5);
        using FlatParameters g = GanCases.Parameters(gan.Generator.Layout, "generator");
        double expected = 0;
        foreach (ParameterSlot slot in gan.Generator.Layout.Slots.Where(slot => slot.Spec.Shape.Length == 2))
        {
            double[] w = g[slot.Spec.Name].detach().data<double>().ToArray();
            int rows = (int)slot.Spec.Shape[0], columns = (int)slot.Spec.Shape[1];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < rows; j++)
                {
                    double dot = Enumerable.Range(0, columns).Sum(k => w[(i * columns) + k] * w[(j * columns) + k]);
                    expected += i == j ? 0 : 0.02 * dot * dot;
                }
            }
        }

        g.ZeroGradients();
        Assert.Equal(expected, gan.Regularize(g), 1e-12);
        using Tensor gradient = g.Gradients.clone();
        GanCases.AgreesWithDifferences(gradient, g.Values, () => gan.Regularize(g));
        Assert.Equal(0, new Gan(GanCases.Perceptrons(), 5).Regularize(g));
    }

    private static Gan Of(int embedding, bool skip, bool spectral) => new(
        new GanOptions
        {
            Latent = 6,
            Classes = 3,
            GeneratorSpectral = spectral ? 1.5 : null,
            GeneratorConvolutions = new DcganOptions { Channels = 2, ClassEmbedding = embedding, SkipLatent = skip },
            DiscriminatorHidden = [4],
            DiscriminatorActivation = new Activation(ActivationKind.Tanh),
        },
        new ImageSize(1, 16, 16));
}
