using Cluster.Contracts;

namespace Cluster.Grains.Tests;

/// <summary>A run tells once that it is back, wherever the loss was.</summary>
[Trait("Orleans", "either")]
public sealed class RecoveriesTests
{
    private readonly Recoveries _recoveries = new(TimeProvider.System, inCluster: false, attempts: 3);

    [Fact]
    public void Who_lost_nothing_is_not_back()
    {
        Assert.Null(_recoveries.Back(1));
        Assert.Null(_recoveries.Back(2));
    }

    [Theory]
    [InlineData(25, 25)] // replayed up to where the loss was
    [InlineData(20, 21)] // lost right behind the checkpoint of step 20: the first step is a new one
    [InlineData(25, 27)] // the steps before are left out
    [InlineData(0, 1)] // lost before the first step
    public void The_first_step_as_far_as_the_loss_is_told_once(long lost, long back)
    {
        Assert.True(_recoveries.Begin(lost, new StaleAttemptException("lost"), again: false));
        if (lost > 20)
        {
            Assert.Null(_recoveries.Back(lost - 1));
        }

        Assert.NotNull(_recoveries.Back(back));
        Assert.Null(_recoveries.Back(back + 1));
    }
}
