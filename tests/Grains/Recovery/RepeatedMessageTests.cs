namespace Cluster.Grains.Tests;

public sealed class RepeatedMessageTests
{
    [Theory]
    [MemberData(nameof(SmallExperiments.Workflows), MemberType = typeof(SmallExperiments))]
    public async Task Every_message_comes_twice_and_is_obeyed_once(string workflow)
    {
        string[] overrides = [.. SmallExperiments.Overrides[workflow], "checkpoint.every=5", "steps=16"];
        await using TrainingCluster cluster = await TrainingCluster.Start(2);
        await cluster.Finish("once", overrides);
        using (MessageFaults.RepeatAll())
        {
            await cluster.Finish("twice", overrides);
            Assert.True(MessageFaults.Seen > 100);
        }

        Assert.Equal(cluster.Sums("once"), cluster.Sums("twice"));
        Assert.DoesNotContain("recovering", File.ReadAllText(cluster.Folder("twice").Events), StringComparison.Ordinal);
    }
}
