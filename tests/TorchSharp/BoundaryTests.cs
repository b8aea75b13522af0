using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.TorchSharp.Tests;

/// <summary>No exception crosses the C boundary, not even those that end the process in TorchSharp 0.107.</summary>
public sealed class BoundaryTests
{
    private static readonly Dictionary<string, (Action Do, string Says)> Wrong = new()
    {
        ["matmul"] = (() => ones(2, 3).matmul(ones(2, 3)), "shapes cannot be multiplied (2x3 and 2x3)"),
        ["size"] = (() => ones(5).size(1), "Dimension out of range"),
        ["state"] = (() => new Generator(5).set_state(zeros(3, dtype: uint8)), "RNG state"),
        ["topk"] = (() => ones(3).topk(9), "out of range"),
        ["grad"] = (() => autograd.grad([ones(1).requires_grad_() * 2], [ones(1).requires_grad_()]), "to not have been used in the graph"),
        ["svd"] = (() => linalg.svd(ones(3)), "at least 2 dimensions"),
    };

    public static TheoryData<string> Names => new(Wrong.Keys);

    [StandinTheory]
    [MemberData(nameof(Names))]
    public void A_native_exception_becomes_one_of_this_thread(string name)
    {
        using var scope = NewDisposeScope();
        Assert.Contains(Wrong[name].Says, Assert.Throws<ExternalException>(Wrong[name].Do).Message);
    }
}
