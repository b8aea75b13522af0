using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Models.Boltzmann;
using Cluster.Numerics;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// One actor's side of the offsets role: moving averages of the data's means. Data replicas send value − statistic; pools of
/// particles send zeros, and take part to be given the new values.
/// </summary>
internal sealed class RbmOffsetRole : IDisposable
{
    public RbmOffsetRole(RbmBlueprint blueprint, DeviceThread device)
    {
        Parameters = new FlatParameters(blueprint.Role(RbmModel.OffsetsRole).Layout, device.Device, blueprint.Type);
        using Tensor visible = Parameters[RbmBlueprint.VisibleOffset].detach(), hidden = Parameters[RbmBlueprint.HiddenOffset].detach();
        Offsets = new RbmOffsets(visible.alias().DetachFromDisposeScope(), hidden.alias().DetachFromDisposeScope());
    }

    public FlatParameters Parameters { get; }

    /// <summary>Views of the values.</summary>
    public RbmOffsets Offsets { get; }

    /// <summary>Writes the gradient of a minibatch.</summary>
    /// <param name="v_BD">Data.</param>
    /// <param name="h_BH">P(h = 1 | v).</param>
    /// <param name="scale">What makes up for contributors that send zeros.</param>
    public void Learn(Tensor v_BD, Tensor h_BH, double scale)
    {
        using var scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        Parameters[RbmBlueprint.VisibleOffset].grad!.copy_((Offsets.Visible - v_BD.mean([0])).Mul(scale));
        Parameters[RbmBlueprint.HiddenOffset].grad!.copy_((Offsets.Hidden - h_BH.mean([0])).Mul(scale));
    }

    public void Dispose()
    {
        Offsets.Visible.Dispose();
        Offsets.Hidden.Dispose();
        Parameters.Dispose();
    }
}
