using Cluster.Models;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Tests;

public sealed class MlpTests
{
    [Fact]
    public void Parameters_carry_the_names_of_a_sequential_in_PyTorch()
    {
        Mlp mlp = new(4, [8, 6], 3, new Activation(ActivationKind.LeakyRelu), OutputKind.Tanh);

        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"], mlp.Layout.Slots.Select(slot => slot.Spec.Name));
        Assert.Equal([3L, 6L], mlp.Layout["4.weight"].Spec.Shape.ToArray());
        Assert.Equal((4 * 8) + 8 + (8 * 6) + 6 + (6 * 3) + 3, mlp.Layout.Count);
    }

    [Theory]
    [InlineData(ActivationKind.LeakyRelu)]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.Elu)]
    [InlineData(ActivationKind.Tanh)]
    public void Forward_is_what_the_layers_say(ActivationKind kind)
    {
        Mlp mlp = new(2, [3], 2, new Activation(kind, 0.1), OutputKind.Sigmoid);
        using FlatParameters parameters = new(mlp.Layout, CPU, ScalarType.Float64);
        parameters.Initialize(3, "test");
        using Tensor x = tensor(new double[] { 0.5, -2.0, 1.5, 0.25 }, 2, 2);
        using Tensor y = mlp.Forward(parameters, x);

        double[] w0 = Values(parameters["0.weight"]), b0 = Values(parameters["0.bias"]);
        double[] w2 = Values(parameters["2.weight"]), b2 = Values(parameters["2.bias"]);
        double[] input = Values(x), output = Values(y);
        for (int row = 0; row < 2; row++)
        {
            double[] hidden = [.. Enumerable.Range(0, 3).Select(h => Activate(kind, b0[h] + (w0[2 * h] * input[2 * row]) + (w0[(2 * h) + 1] * input[(2 * row) + 1])))];
            for (int k = 0; k < 2; k++)
            {
                double sum = b2[k] + (w2[3 * k] * hidden[0]) + (w2[(3 * k) + 1] * hidden[1]) + (w2[(3 * k) + 2] * hidden[2]);
                Assert.Equal(1 / (1 + Math.Exp(-sum)), output[(2 * row) + k], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    public void A_network_without_inputs_or_outputs_is_refused(int inputs, int outputs) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mlp(inputs, [4], outputs, new Activation(ActivationKind.Relu), OutputKind.Linear));

    private static double Activate(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.LeakyRelu => x > 0 ? x : 0.1 * x,
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.Elu => x > 0 ? x : Math.Exp(x) - 1,
        _ => Math.Tanh(x),
    };

    private static double[] Values(Tensor tensor)
    {
        using Tensor plain = tensor.detach().contiguous();
        return plain.data<double>().ToArray();
    }
}
