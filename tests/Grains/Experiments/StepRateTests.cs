namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class StepRateTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(-100)]
    public void A_clock_that_jumps_changes_what_is_counted_on_for_a_moment_at_most(int hours)
    {
        FaultClock clock = new();
        StepRate rate = new(clock);
        long step = 0;
        void Pass(int count)
        {
            for (int i = 0; i < count; i++)
            {
                clock.Jump(TimeSpan.FromSeconds(1));
                rate.Mark(step += 10);
            }
        }

        Pass(4);
        Assert.Equal(10, rate.Usual, 0.1);
        clock.Jump(TimeSpan.FromHours(hours));
        Pass(1);
        Assert.Equal(10, rate.Usual, 0.1);
        Pass(8);
        Assert.Equal(10, rate.Usual, 0.1);
        Assert.Equal(10, rate.StepsPerSecond, 0.1);
    }
}
