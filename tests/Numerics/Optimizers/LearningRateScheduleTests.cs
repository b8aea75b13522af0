namespace Cluster.Numerics.Tests;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant, 0, 1)]
    [InlineData(ScheduleKind.Constant, 1_000_000, 1)]
    [InlineData(ScheduleKind.Linear, 100, 1)]
    [InlineData(ScheduleKind.Linear, 200, 0.775)]
    [InlineData(ScheduleKind.Linear, 300, 0.55)]
    [InlineData(ScheduleKind.Linear, 500, 0.1)]
    [InlineData(ScheduleKind.Linear, 900, 0.1)]
    [InlineData(ScheduleKind.Cosine, 50, 1)]
    [InlineData(ScheduleKind.Cosine, 200, 0.1 + (0.9 * (1 + 0.70710678118654752) / 2))]
    [InlineData(ScheduleKind.Cosine, 300, 0.55)]
    [InlineData(ScheduleKind.Cosine, 500, 0.1)]
    public void It_is_1_before_it_falls_and_final_after(ScheduleKind kind, long step, double expected) =>
        Assert.Equal(expected, new LearningRateSchedule(kind, 0, 100, 500, 0.1).At(step), 1e-12);

    [Fact]
    public void A_warm_up_rises_to_1_in_equal_steps_and_multiplies_the_fall()
    {
        LearningRateSchedule schedule = new(ScheduleKind.Linear, 4, 0, 8, 0);
        Assert.Equal([0.25, 0.5 * 7 / 8, 0.75 * 6 / 8, 5.0 / 8, 4.0 / 8], Enumerable.Range(0, 5).Select(step => schedule.At(step)));
    }
}
