using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>The experiment file's optimizers as those of Numerics.</summary>
internal static class Optimizers
{
    public static OptimizerOptions Options(OptimizerSection section) => section switch
    {
        SgdOptimizer sgd => new SgdOptions(sgd.LearningRate, sgd.Momentum, sgd.Dampening, sgd.Nesterov, sgd.WeightDecay),
        AdamWOptimizer adamW => new AdamWOptions(adamW.LearningRate, adamW.Beta1, adamW.Beta2, adamW.Epsilon, adamW.WeightDecay),
        AdamOptimizer adam => new AdamOptions(adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay),
        RmsPropOptimizer rms => new RmsPropOptions(rms.LearningRate, rms.Alpha, rms.Epsilon, rms.Momentum, rms.Centered, rms.WeightDecay),
        _ => throw new InvalidOperationException($"optimizer {section.Name} has no kernel"),
    };

    /// <summary>The learning rate's factor by workflow step; null where it is always 1.</summary>
    /// <param name="section">The optimizer.</param>
    /// <param name="steps">Steps of the run.</param>
    public static LearningRateSchedule? Schedule(OptimizerSection section, int steps) => section.Schedule switch
    {
        { Name: Contracts.Experiments.Schedule.Constant, Warmup: 0 } => null,
        var schedule => new LearningRateSchedule(
            schedule.Name switch
            {
                Contracts.Experiments.Schedule.Linear => ScheduleKind.Linear,
                Contracts.Experiments.Schedule.Cosine => ScheduleKind.Cosine,
                _ => ScheduleKind.Constant,
            },
            schedule.Warmup,
            schedule.From,
            schedule.Until > 0 ? schedule.Until : Math.Max(steps, schedule.From + 1L),
            schedule.Final),
    };
}
