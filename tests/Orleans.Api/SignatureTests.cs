using Orleans;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Cluster.GrainHostingApi.Tests;

public sealed class Unmarked;

public interface IOffendingGrain : IGrainWithStringKey
{
    Task Take(List<Unmarked> values);
}

/// <summary>As in Orleans, a signature that could never cross a call stops a silo of the Development environment from starting.</summary>
public sealed class SignatureTests
{
    [Fact]
    public async Task A_signature_with_an_unmarked_type_keeps_the_silo_from_starting()
    {
        await using var cluster = new TestClusterBuilder(1).Build();
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(cluster.DeployAsync);
        Assert.Contains(nameof(Unmarked), error.Message);
        Assert.Contains(nameof(IOffendingGrain), error.Message);
    }
}
