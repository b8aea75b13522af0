using TorchSharp;

namespace Cluster.TorchSharp.Tests;

/// <summary>A theory about the stand-in alone; skipped where the tests run against the real package.</summary>
public sealed class StandinTheoryAttribute : TheoryAttribute
{
    public StandinTheoryAttribute()
    {
        if (typeof(torch).Assembly.GetType("TorchSharp.Interop.Native") is null)
            Skip = "the real package's native side lets these exceptions through and ends the process";
    }
}
