using System.Globalization;
using Cluster.Contracts;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// A replica that steps by itself between two exchanges (DiLoCo, Douillard et al. 2023, Algorithm 1): its own optimizer, and the values
/// from which all replicas set out. Everything here runs on the device's thread.
/// </summary>
internal sealed class LocalTraining : IDisposable
{
    private readonly RoleBlueprint _role;
    private readonly LocalSteps _local;
    private readonly FlatParameters _parameters;
    private readonly bool _skips;

    /// <param name="role">The role.</param>
    /// <param name="local">How it steps between two exchanges.</param>
    /// <param name="parameters">The replica's; they hold the shards' values now.</param>
    /// <param name="skips">Whether updates that are not finite are left out.</param>
    public LocalTraining(RoleBlueprint role, LocalSteps local, FlatParameters parameters, bool skips)
    {
        (_role, _local, _parameters, _skips) = (role, local, parameters, skips);
        Optimizer = FlatOptimizer.Create(local.Optimizer, parameters.Layout.Count, parameters.Values.device, role.Type);
        Start = parameters.Values.clone().DetachFromDisposeScope();
    }

    /// <summary>The inner optimizer.</summary>
    public FlatOptimizer Optimizer { get; }

    /// <summary>The shards' values, from which the replicas set out, shape (parameters,).</summary>
    public Tensor Start { get; }

    /// <summary>Where the replica has got to, and its optimizer's state. Where it set out the shards know.</summary>
    public IEnumerable<NamedTensor> State => [new NamedTensor("values", _parameters.Values), .. Optimizer.State];

    /// <summary>One step of the replica's own.</summary>
    /// <exception cref="NonFiniteException">The gradient has to be clipped and its norm is not finite.</exception>
    public void Step(RunActor actor, long step)
    {
        double scale = 1;
        if (_local.ClipNorm > 0 || _skips)
        {
            double squares = GradientNorm.SumOfSquares(_parameters.Gradients);
            if (!double.IsFinite(squares))
            {
                if (_skips)
                {
                    return;
                }

                throw new NonFiniteException(string.Create(CultureInfo.InvariantCulture, $"the gradient norm of {actor} is {Math.Sqrt(squares)} at step {step}"), step);
            }

            scale = _local.ClipNorm > 0 ? GradientNorm.ClipScale(squares, _local.ClipNorm) : 1;
        }

        Optimizer.LearningRateScale = _local.Schedule?.At(step) ?? 1;
        Optimizer.Step(_parameters.Values, _parameters.Gradients, scale);
        ShardSlice.Clamp(_parameters.Values, _role.ClampValues);
    }

    /// <summary>Puts the outer gradient, what the replica moved turned round, in the place of its gradient.</summary>
    public void Difference()
    {
        using IDisposable guard = no_grad();
        _parameters.Gradients.copy_(Start).sub_(_parameters.Values);
    }

    /// <summary>Sets out again from the shards' new values, which the parameters hold now.</summary>
    public void Meet()
    {
        using IDisposable guard = no_grad();
        Start.copy_(_parameters.Values);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Start.Dispose();
    }
}
