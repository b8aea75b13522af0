using System.Globalization;
using System.Text;
using TorchSharp;

namespace Cluster.Numerics.Tests;

public sealed class PyTorchAgreementTests
{
    /// <summary>All optimizers beside torch.optim, over the same gradients, in one start of Python.</summary>
    [PyTorchFact]
    public void Twenty_steps_equal_those_of_torch_optim()
    {
        var names = OptimizerCases.Names;
        var script = new StringBuilder("import torch\nfrom torch.optim import *\n");
        script.Append("gradients = [").AppendJoin(",", Enumerable.Range(0, OptimizerCases.Steps).Select(step => Python.List(OptimizerCases.Gradients(step)))).Append("]\n");
        script.Append("start = ").Append(Python.List(OptimizerCases.Values())).Append('\n');
        script.Append("for make in [").AppendJoin(",", names.Select(name => $"lambda p: {name}")).Append("]:\n");
        script.Append("  v = torch.tensor(start); v.requires_grad_(); o = make([v])\n");
        script.Append("  for g in gradients:\n    v.grad = torch.tensor(g); o.step()\n");
        script.Append("  print(' '.join(repr(x) for x in v.tolist()))\n");

        var lines = Python.Run(script.ToString()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(names.Count, lines.Length);
        foreach (var (name, line) in names.Zip(lines))
        {
            var expected = line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var actual = FlatOptimizerTests.Run(name, torch.ScalarType.Float32);
            Assert.All(expected.Zip(actual), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-6 * (1 + Math.Abs(pair.First)), $"{name}: {pair}"));
        }
    }
}
