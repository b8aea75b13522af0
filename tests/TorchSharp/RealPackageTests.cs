using TorchSharp;

namespace Cluster.TorchSharp.Tests;

/// <summary>Whatever compiles against the stand-in must compile against the real package, and mean the same member.</summary>
public sealed class RealPackageTests
{
    [RealPackageFact]
    public void Every_public_member_of_the_stand_in_is_one_of_the_real_package()
    {
        using var ours = new PublicApi(typeof(torch).Assembly.Location);
        using var real = new PublicApi(RealPackageFactAttribute.Find()!);
        var strangers = new List<string>();
        foreach (var type in ours.TypeNames)
        {
            if (!real.Has(type)) strangers.Add(type);
            else strangers.AddRange(ours.DeclaredBy(type).Except(real.ReachableFrom(type)).Select(line => $"{type}: {line}"));
        }
        Assert.True(strangers.Count == 0, "not in the real package:\n" + string.Join('\n', strangers.Order()));
    }
}
