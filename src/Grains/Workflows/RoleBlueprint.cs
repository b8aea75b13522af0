using Cluster.Contracts.Experiments;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>One set of flat parameters with what its shards need to hold and step it.</summary>
/// <param name="Name">The role: <c>generator</c>, <c>encoder</c>, <c>boltzmann</c>.</param>
/// <param name="Layout">Names, shapes and first values.</param>
/// <param name="Optimizer">How the parameters step.</param>
/// <param name="ClipNorm">Largest 2-norm of the role's gradient; 0 for none.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Type">Number format of parameters and data.</param>
/// <param name="Contributors">
/// Actors that send a gradient for each update: the role's replicas, and whoever else has a share in its objective. The shards
/// take the mean of what they send, added in the contributors' order.
/// </param>
/// <remarks>
/// A moving average is a role too: stepped by plain SGD of rate 1 − decay with the gradient value − statistic.
/// </remarks>
internal sealed record RoleBlueprint(
    string Name, ParameterLayout Layout, OptimizerOptions Optimizer, double ClipNorm, ulong Seed, ScalarType Type, int Contributors)
{
    /// <summary>Largest absolute value of a parameter after a step, c: values are clipped to [−c, c]. 0 for no clipping.</summary>
    public double ClampValues { get; init; }

    /// <summary>Whether an optimizer steps it; a moving average has no gradient to speak of.</summary>
    public bool IsTrained { get; init; } = true;

    /// <summary>The learning rate's factor by workflow step; null where it is always 1.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>The role whose first values these are: a moving average begins where what it follows begins.</summary>
    public string BeginsAs { get; init; } = Name;

    /// <summary>How the role's gradients are made smaller before they travel.</summary>
    public CompressionSection Compression { get; init; } = new NoCompression();

    /// <summary>How replicas step between two exchanges; null where they exchange at every update.</summary>
    public LocalSteps? Local { get; init; }
}

/// <summary>
/// Replicas that step by themselves and meet every so many updates (DiLoCo, Douillard et al. 2023). The role's own optimizer is the outer
/// one then: its gradient is what the replicas moved on average, turned round.
/// </summary>
/// <param name="Every">Updates from one meeting to the next, H.</param>
/// <param name="Optimizer">The inner optimizer, one for each replica.</param>
/// <param name="ClipNorm">Largest 2-norm of a replica's own gradient; 0 for none.</param>
/// <param name="Schedule">The inner learning rate's factor by workflow step; null where it is always 1.</param>
internal sealed record LocalSteps(int Every, OptimizerOptions Optimizer, double ClipNorm, LearningRateSchedule? Schedule);
