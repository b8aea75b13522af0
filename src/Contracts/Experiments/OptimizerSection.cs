using Cluster.Contracts.Experiments.Schema;

namespace Cluster.Contracts.Experiments;

/// <summary>How one role's parameters are updated. Each optimizer is a record of its own, chosen by <c>name</c>.</summary>
public abstract record OptimizerSection
{
    internal const string Tag = "name";
    internal const string ScheduleKey = "schedule";

    private static readonly IReadOnlyList<Alternative<OptimizerSection>> Kinds =
    [
        Alternative<OptimizerSection>.Of("sgd", "stochastic gradient descent with momentum (Sutskever et al. 2013)", new SgdOptimizer(), SgdOptimizer.Describe),
        Alternative<OptimizerSection>.Of("adam", "Adam (Kingma and Ba 2015)", new AdamOptimizer(), AdamOptimizer.Describe),
        Alternative<OptimizerSection>.Of("adamw", "Adam with decoupled weight decay (Loshchilov and Hutter 2019)", new AdamWOptimizer(), AdamWOptimizer.Describe),
        Alternative<OptimizerSection>.Of("rmsprop", "RMSProp (Tieleman and Hinton 2012; centered: Graves 2013)", new RmsPropOptimizer(), RmsPropOptimizer.Describe),
    ];

    /// <summary>The word that <c>name</c> has for this optimizer.</summary>
    public string Name => Kinds.First(k => k.Fits(this)).Word;

    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The gradient of the role is scaled down to this 2-norm where it is longer; 0: never.</summary>
    public double ClipNorm { get; init; }

    /// <summary>The learning rate's factor by workflow step.</summary>
    public ScheduleSection Schedule { get; init; } = new();

    /// <summary>Reads or prints one optimizer; a kind that the model family has its own defaults for starts from those.</summary>
    internal static OptimizerSection Describe(Section s, OptimizerSection d, ModelSection model)
    {
        var kinds = Kinds.Select(k => model.OptimizerDefaults.FirstOrDefault(k.Fits) is { } own ? k with { Default = own } : k).ToArray();
        return s.OneOf(Tag, kinds, d, "the optimizer");
    }

    private protected static double DescribeLearningRate(Section s, double d) =>
        s.Number("learningRate", d, "step size", Interval.Positive);

    private protected static double DescribeWeightDecay(Section s, double d, string meaning = "L2 penalty, added to the gradient") =>
        s.Number("weightDecay", d, meaning, Interval.NonNegative);

    private protected static double DescribeEpsilon(Section s, double d) =>
        s.Number("epsilon", d, "added to the denominator", Interval.Positive);

    private protected static double DescribeClipNorm(Section s, double d) =>
        s.Number("clipNorm", d, "largest 2-norm of the role's gradient, longer ones are scaled down; 0: no clipping", Interval.NonNegative);

    private protected static ScheduleSection DescribeSchedule(Section s, ScheduleSection d) =>
        s.Map(ScheduleKey, d, ScheduleSection.Describe, "the learning rate's factor, by workflow step", ScheduleSection.Tag);
}
