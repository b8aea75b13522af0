using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Silo.Tests;

/// <summary>
/// A Scalar that nothing owns is freed by the garbage collector while libtorch reads it: see <see cref="TensorArithmetic"/>. So the
/// instructions of our assemblies are searched for conversions of numbers, and for methods of TorchSharp that make such a Scalar inside.
/// </summary>
[Trait("Orleans", "either")]
public sealed class ScalarOwnerTests
{
    private static readonly string[] _owners = [typeof(TensorArithmetic).FullName!, typeof(TensorComparison).FullName!];

    // Methods of the real package that make a Scalar in their body; the stand-in's need none. What calls them is found by itself.
    private static readonly string[] _makers =
    [
        "torch+Tensor.add(Tensor)", "torch+Tensor.add(Scalar)", "torch+Tensor.add_(Tensor)", "torch+Tensor.add_(Scalar)",
        "torch+Tensor.addcdiv(Tensor,Tensor)", "torch+Tensor.addcdiv_(Tensor,Tensor)", "torch+Tensor.square()",
        "torch+Tensor.elu(Double)", "torch+Tensor.elu_(Double)", "torch+Tensor.softplus(Double,Double)",
        "torch+linalg.vector_norm(Tensor,Double,Int64[],Boolean)", "torch+linalg.matrix_norm(Tensor,Double,Int64[],Boolean)",
        "torch+nn+functional.mish(Tensor,Boolean)", "torch+nn+functional.threshold(Tensor,Double,Double,Boolean)",
        "torch.arange(Scalar,Scalar,Nullable`1<ScalarType>,Device,Boolean)", "torch.normal(Tensor,Tensor,Generator)",
        "TensorExtensionMethods.ToByte(Tensor)", "TensorExtensionMethods.ToDouble(Tensor)", "TensorExtensionMethods.ToHalf(Tensor)",
        "TensorExtensionMethods.ToInt16(Tensor)", "TensorExtensionMethods.ToInt32(Tensor)", "TensorExtensionMethods.ToInt64(Tensor)",
        "TensorExtensionMethods.ToSByte(Tensor)", "TensorExtensionMethods.ToSingle(Tensor)", "TensorExtensionMethods.ToBoolean(Tensor)",
    ];

    private static readonly Lazy<HashSet<string>> _hidden = new(Hidden);

    public static TheoryData<string> Assemblies => [.. Names()];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_number_becomes_a_scalar_that_nothing_owns(string assembly) =>
        Assert.Empty(AssemblyCalls.Of(Path.Combine(AppContext.BaseDirectory, assembly)).Where(IsLoose).Select(call => $"{call.Caller} calls {call.Callee}"));

    [Fact]
    public void The_assemblies_with_tensors_are_among_those_looked_at()
    {
        string[] names = [.. Names()];
        foreach (string needed in (string[])["Numerics", "Data", "Models", "Grains", "Silo"]) Assert.Contains($"Cluster.{needed}.dll", names);
        Assert.Contains(AssemblyCalls.Of(typeof(TensorArithmetic).Assembly.Location), call => _owners.Contains(call.Caller.Type) && MakesScalar(call.Callee) && call.Kept);
    }

    [Theory]
    [InlineData(nameof(Loose.Operator))]
    [InlineData(nameof(Loose.Argument))]
    [InlineData(nameof(Loose.Sum))]
    [InlineData(nameof(Loose.SumInPlace))]
    [InlineData(nameof(Loose.Item))]
    [InlineData(nameof(Loose.Owned))]
    public void A_loose_one_is_found(string method) =>
        Assert.Contains(AssemblyCalls.Of(typeof(ScalarOwnerTests).Assembly.Location), call => call.Caller.Name == method && call.Caller.Type.EndsWith("+Loose", StringComparison.Ordinal) && IsLoose(call));

    private static IEnumerable<string> Names() => Directory.GetFiles(AppContext.BaseDirectory, "Cluster.*.dll")
        .Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(".Tests.dll", StringComparison.Ordinal));

    /// <summary>In the owners: only what is kept until it is freed. Elsewhere: nothing.</summary>
    private static bool IsLoose(MethodCall call) => _owners.Contains(call.Caller.Type)
        ? _hidden.Value.Contains(call.Callee.ToString()) || (MakesScalar(call.Callee) && !call.Kept)
        : _hidden.Value.Contains(call.Callee.ToString()) || MakesScalar(call.Callee);

    private static bool MakesScalar(MethodName method) => method is { Type: "TorchSharp.Scalar", Name: "op_Implicit" }
        || (method.Type.StartsWith("TorchSharp.", StringComparison.Ordinal) && method.Name is "ToScalar" or "ToBFloat16Scalar");

    /// <summary>The known ones, those that the TorchSharp at hand shows, and all of TorchSharp's that call one of them.</summary>
    private static HashSet<string> Hidden()
    {
        var found = new HashSet<string>(_makers.Select(name => $"TorchSharp.{name}"));
        MethodCall[] calls = [.. AssemblyCalls.Of(typeof(Tensor).Assembly.Location).Where(call => call.Caller.Type is not ("TorchSharp.Scalar" or "TorchSharp.ScalarExtensionMethods") && call.Caller.Name != "ToScalar")];
        for (int before = -1; before != found.Count;)
        {
            before = found.Count;
            found.UnionWith(calls.Where(call => MakesScalar(call.Callee) || found.Contains(call.Callee.ToString())).Select(call => call.Caller.ToString()));
        }
        return found;
    }

    /// <summary>What must not be written outside of tests.</summary>
    private static class Loose
    {
        internal static Tensor Operator(Tensor x) => x * 0.5;
        internal static Tensor Argument(Tensor x) => x.clamp_min(0);
        internal static Tensor Sum(Tensor x) => x + x;
        internal static Tensor SumInPlace(Tensor x) => x.add_(x);
        internal static double Item(Tensor x) => x.ToDouble();

        internal static Tensor Owned(Tensor x)
        {
            using Scalar half = 0.5.ToScalar();
            return x.mul(half);
        }
    }
}
