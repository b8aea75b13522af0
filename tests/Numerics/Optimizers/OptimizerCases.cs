namespace Cluster.Numerics.Tests;

/// <summary>One of every branch, with the call that makes the same optimizer in PyTorch.</summary>
public static class OptimizerCases
{
    private static readonly Dictionary<string, OptimizerOptions> ByPython = new()
    {
        ["SGD(p, lr=0.1)"] = new SgdOptions(0.1),
        ["SGD(p, lr=0.1, weight_decay=0.05)"] = new SgdOptions(0.1, WeightDecay: 0.05),
        ["SGD(p, lr=0.1, momentum=0.9)"] = new SgdOptions(0.1, Momentum: 0.9),
        ["SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.05)"] = new SgdOptions(0.1, 0.9, 0.3, false, 0.05),
        ["SGD(p, lr=0.1, momentum=0.9, nesterov=True)"] = new SgdOptions(0.1, 0.9, Nesterov: true),
        ["Adam(p, lr=0.01)"] = new AdamOptions(0.01),
        ["Adam(p, lr=0.01, betas=(0.5, 0.99), eps=1e-6, weight_decay=0.1)"] = new AdamOptions(0.01, 0.5, 0.99, 1e-6, 0.1),
        ["Adam(p, lr=0.01, betas=(0.0, 0.9))"] = new AdamOptions(0.01, 0, 0.9),
        ["AdamW(p, lr=0.01)"] = new AdamWOptions(0.01),
        ["AdamW(p, lr=0.01, betas=(0.8, 0.95), weight_decay=0.3)"] = new AdamWOptions(0.01, 0.8, 0.95, 1e-8, 0.3),
        ["RMSprop(p, lr=0.01)"] = new RmsPropOptions(0.01),
        ["RMSprop(p, lr=0.01, alpha=0.9, momentum=0.8)"] = new RmsPropOptions(0.01, 0.9, 1e-8, 0.8),
        ["RMSprop(p, lr=0.01, alpha=0.9, centered=True, weight_decay=0.1)"] = new RmsPropOptions(0.01, 0.9, 1e-8, 0, true, 0.1),
        ["RMSprop(p, lr=0.01, alpha=0.9, centered=True, momentum=0.5)"] = new RmsPropOptions(0.01, 0.9, 1e-8, 0.5, true),
    };

    public static TheoryData<string> All => [.. ByPython.Keys];

    internal static IReadOnlyList<string> Names => [.. ByPython.Keys];

    internal static OptimizerOptions Options(string python) => ByPython[python];

    internal const int Steps = 20;

    /// <summary>Not a multiple of any vector width.</summary>
    internal const int Count = 37;

    internal static float[] Values() => Normal("values");

    /// <summary>Of very different sizes, as real gradients are.</summary>
    internal static float[] Gradients(int step) => [.. Normal($"gradients/{step}").Select((g, i) => g * MathF.Pow(10, i % 5 - 3))];

    private static float[] Normal(string purpose)
    {
        var values = new float[Count];
        RandomStream.Named(11, "test", 0, 0, purpose).FillNormal(values);
        return values;
    }
}
