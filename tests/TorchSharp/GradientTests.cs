using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cluster.TorchSharp.Tests;

public sealed class GradientTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Elementwise = new()
    {
        ["neg"] = x => -x,
        ["abs"] = x => x.abs(),
        ["square"] = x => x.square(),
        ["exp"] = x => x.exp(),
        ["expm1"] = x => x.expm1(),
        ["sin"] = x => x.sin(),
        ["cos"] = x => x.cos(),
        ["tanh"] = x => x.tanh(),
        ["sigmoid"] = x => x.sigmoid(),
        ["erf"] = x => x.erf(),
        ["log"] = x => (x.abs() + 1).log(),
        ["log1p"] = x => x.square().log1p(),
        ["sqrt"] = x => (x.square() + 1).sqrt(),
        ["rsqrt"] = x => (x.square() + 1).rsqrt(),
        ["reciprocal"] = x => (x.square() + 1).reciprocal(),
        ["pow"] = x => (x.abs() + 0.5).pow(1.7),
        ["clamp"] = x => x.clamp(-0.5, 0.5),
        ["scalar arithmetic"] = x => (3 - 2 * x) / 7 + (1 / (x.square() + 2)) - 4,
        ["relu"] = x => F.relu(x),
        ["leaky_relu"] = x => F.leaky_relu(x, 0.2),
        ["elu"] = x => F.elu(x, 1.3),
        ["gelu"] = x => F.gelu(x),
        ["silu"] = x => F.silu(x),
        ["softplus"] = x => F.softplus(x),
        ["logsigmoid"] = x => F.logsigmoid(x),
        ["softmax"] = x => x.softmax(1),
        ["log_softmax"] = x => x.log_softmax(-1),
        ["logsumexp"] = x => x.logsumexp(0),
        ["sum"] = x => x.sum(1, keepdim: true),
        ["mean"] = x => x.mean([0], keepdim: true),
        ["var"] = x => x.var(0, unbiased: false),
        ["std"] = x => x.std(1),
        ["prod"] = x => x.prod(1),
        ["norm"] = x => x.norm(1),
        ["amax"] = x => x.amax([1]),
        ["max"] = x => x.max(1).values,
        ["sort"] = x => x.sort(1).Values,
        ["topk"] = x => x.topk(2).values,
        ["cumsum"] = x => x.cumsum(1),
        ["cat"] = x => cat([x, x * 2], 1),
        ["stack"] = x => stack([x, x.exp()]),
        ["split"] = x => x.split(2, 1)[1],
        ["chunk"] = x => x.chunk(2, 1)[0].contiguous(),
        ["views"] = x => x.view(2, 6).t().reshape(3, 4).transpose(0, 1).unsqueeze(0).squeeze(0).permute(1, 0).flatten(),
        ["expand"] = x => x.unsqueeze(0).expand(2, 3, 4),
        ["repeat"] = x => x.repeat(2, 1),
        ["narrow"] = x => x.narrow(1, 1, 2),
        ["slice"] = x => x[TensorIndex.Slice(1, 3), TensorIndex.Slice(null, null, 2)],
        ["select"] = x => x[1],
        ["flip"] = x => x.flip(1),
        ["roll"] = x => x.roll(1, 0),
        ["masked_fill"] = x => x.masked_fill(x > 0, 2),
        ["where"] = x => where(x > 0, x * 2, x.exp()),
        ["index_select"] = x => x.index_select(1, tensor(new long[] { 2, 0, 2 })),
        ["gather"] = x => x.gather(1, tensor(new long[,] { { 0, 3 }, { 1, 1 }, { 2, 0 } })),
        ["pad"] = x => F.pad(x.view(1, 1, 3, 4), (1, 0, 2, 1)),
        ["reflect"] = x => F.pad(x.view(1, 1, 3, 4), (1, 1, 1, 1), PaddingModes.Reflect),
        ["normalize"] = x => F.normalize(x),
        ["interpolate"] = x => F.interpolate(x.view(1, 1, 3, 4), size: [6, 8], mode: InterpolationMode.Bilinear),
        ["nearest"] = x => F.interpolate(x.view(1, 1, 3, 4), scale_factor: [2, 2]),
        ["pixel_shuffle"] = x => F.pixel_shuffle(x.view(1, 4, 3, 1), 2),
        ["unfold"] = x => F.unfold(x.view(1, 1, 3, 4), 2),
        ["fold"] = x => F.fold(F.unfold(x.view(1, 1, 3, 4), (2, 2)), (3, 4), (2, 2)),
    };

    private static readonly Dictionary<string, (Func<Tensor[], Tensor> Of, long[][] Shapes)> Several = new()
    {
        ["add, broadcast"] = (x => x[0] + x[1], [[3, 4], [4]]),
        ["add, alpha"] = (x => x[0].add(x[1], 0.3), [[3, 4], [3, 4]]),
        ["sub"] = (x => x[0] - x[1], [[3, 4], [3, 1]]),
        ["mul"] = (x => x[0] * x[1], [[3, 4], [4]]),
        ["div"] = (x => x[0] / (x[1].square() + 1), [[3, 4], [3, 4]]),
        ["maximum"] = (x => x[0].maximum(x[1]), [[3, 4], [3, 4]]),
        ["minimum"] = (x => minimum(x[0], x[1]), [[3, 4], [3, 4]]),
        ["lerp"] = (x => x[0].lerp(x[1], x[2]), [[3], [3], [3]]),
        ["addcmul"] = (x => x[0].addcmul(x[1], x[2], 0.7), [[3], [3], [3]]),
        ["addcdiv"] = (x => x[0].addcdiv(x[1], x[2].square() + 1, 0.7), [[3], [3], [3]]),
        ["mm"] = (x => x[0].mm(x[1]), [[2, 3], [3, 4]]),
        ["bmm"] = (x => x[0].bmm(x[1]), [[2, 2, 3], [2, 3, 2]]),
        ["matmul"] = (x => x[0].matmul(x[1]), [[2, 2, 3], [3, 2]]),
        ["mv"] = (x => x[0].mv(x[1]), [[2, 3], [3]]),
        ["dot"] = (x => x[0].dot(x[1]), [[4], [4]]),
        ["outer"] = (x => x[0].outer(x[1]), [[3], [2]]),
        ["addmm"] = (x => x[0].addmm(x[1], x[2], 0.5f, 2), [[2, 4], [2, 3], [3, 4]]),
        ["einsum"] = (x => einsum("bi,bj->ij", x[0], x[1]), [[3, 2], [3, 4]]),
        ["linear"] = (x => F.linear(x[0], x[1], x[2]), [[3, 4], [2, 4], [2]]),
        ["bce with logits"] = (x => F.binary_cross_entropy_with_logits(x[0], x[1].sigmoid()), [[3, 4], [3, 4]]),
        ["bce"] = (x => F.binary_cross_entropy(x[0].sigmoid(), x[1].sigmoid(), reduction: nn.Reduction.Sum), [[3, 4], [3, 4]]),
        ["mse"] = (x => F.mse_loss(x[0], x[1]), [[3, 4], [3, 4]]),
        ["l1"] = (x => F.l1_loss(x[0], x[1], nn.Reduction.None), [[3, 4], [3, 4]]),
        ["huber"] = (x => F.huber_loss(x[0], x[1], 0.5), [[3, 4], [3, 4]]),
        ["cross entropy"] = (x => F.cross_entropy(x[0], tensor(new long[] { 0, 3, 1 }), label_smoothing: 0.1), [[3, 4]]),
        ["nll"] = (x => F.nll_loss(x[0].log_softmax(1), tensor(new long[] { 0, 3, 1 })), [[3, 4]]),
        ["conv1d"] = (x => F.conv1d(x[0], x[1], x[2], stride: 2, padding: 1), [[1, 2, 5], [3, 2, 3], [3]]),
        ["conv2d"] = (x => F.conv2d(x[0], x[1], x[2], strides: [2, 1], padding: [1]), [[1, 2, 4, 4], [2, 2, 3, 3], [2]]),
        ["conv_transpose2d"] = (x => F.conv_transpose2d(x[0], x[1], x[2], strides: [2], padding: [1], output_padding: [1]), [[1, 2, 3, 3], [2, 2, 3, 3], [2]]),
        ["batch_norm"] = (x => F.batch_norm(x[0], null, null, x[1], x[2], training: true), [[4, 3], [3], [3]]),
        ["instance_norm"] = (x => F.instance_norm(x[0], weight: x[1], bias: x[2]), [[2, 2, 3], [2], [2]]),
        ["layer_norm"] = (x => F.layer_norm(x[0], [4], x[1], x[2]), [[3, 4], [4], [4]]),
        ["group_norm"] = (x => F.group_norm(x[0], 2, x[1], x[2]), [[2, 4, 2], [4], [4]]),
        ["max_pool2d"] = (x => F.max_pool2d(x[0], 2), [[1, 1, 4, 4]]),
        ["avg_pool2d"] = (x => F.avg_pool2d(x[0], 2, padding: 1), [[1, 1, 4, 4]]),
        ["adaptive_avg_pool2d"] = (x => F.adaptive_avg_pool2d(x[0], 2), [[1, 1, 5, 5]]),
        ["solve"] = (x => linalg.solve(x[0] + 5 * eye(3, dtype: float64), x[1]), [[3, 3], [3, 2]]),
        ["inv"] = (x => linalg.inv(x[0] + 5 * eye(3, dtype: float64)), [[3, 3]]),
        ["slogdet"] = (x => linalg.slogdet(x[0] + 5 * eye(3, dtype: float64)).Item2, [[3, 3]]),
        ["cholesky"] = (x => linalg.cholesky(x[0].mm(x[0].t()) + eye(3, dtype: float64)), [[3, 3]]),
        ["svdvals"] = (x => linalg.svdvals(x[0]), [[3, 4]]),
        ["vector_norm"] = (x => linalg.vector_norm(x[0], 3), [[3, 4]]),
        ["matrix_norm"] = (x => linalg.matrix_norm(x[0]), [[3, 4]]),
        ["scatter_add"] = (x => x[0].scatter_add(1, tensor(new long[,] { { 0, 0 }, { 1, 2 } }), x[1]), [[2, 3], [2, 2]]),
    };

    public static TheoryData<string> OneOperand => new(Elementwise.Keys);
    public static TheoryData<string> SeveralOperands => new(Several.Keys);

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void Of_one_operand(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        FiniteDifferences.Check(x => Elementwise[name](x[0]), randn(3, 4, dtype: float64, generator: generator));
    }

    [Theory]
    [MemberData(nameof(SeveralOperands))]
    public void Of_several_operands(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        FiniteDifferences.Check(Several[name].Of, [.. Several[name].Shapes.Select(shape => randn(shape, dtype: float64, generator: generator))]);
    }

    [Fact]
    public void Of_a_gradient_is_the_second_derivative()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 0.5, -1.0, 2.0 }).requires_grad_();
        var first = autograd.grad([x.pow(3).sum()], [x], retain_graph: true, create_graph: true)[0];
        Assert.True(first.requires_grad);
        var second = autograd.grad([first.sum()], [x])[0];
        Assert.True(second.allclose(6 * x));
    }

    [Fact]
    public void Of_a_gradient_penalty_agree_with_differences()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var x = randn(4, 3, dtype: float64, generator: generator).requires_grad_();
        var weights = randn(3, 5, dtype: float64, generator: generator);
        var last = randn(5, dtype: float64, generator: generator);

        // The differences run without a graph, so the penalty opens its own.
        FiniteDifferences.Check(w =>
        {
            using var on = enable_grad();
            var score = x.mm(w[0]).tanh().mv(w[1]).sum();
            var slope = autograd.grad([score], [x], retain_graph: true, create_graph: true)[0];
            return (slope.norm(1) - 1).square();
        }, weights, last);
    }

    [Fact]
    public void Of_an_unused_input_is_an_invalid_tensor_where_that_is_allowed()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var unused = ones(2).requires_grad_();
        var gradients = autograd.grad([x.sum()], [x, unused], allow_unused: true);
        Assert.Equal([false, true], gradients.Select(g => g.IsInvalid));
    }
}
