using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Numerics;

namespace Cluster.Grains;

/// <summary>A contributor's exchange for both roles of a machine: its parameters and, where centred, the offsets.</summary>
internal sealed class RbmExchange
{
    private readonly ParameterExchange _parameters;
    private readonly ParameterExchange? _offsets;

    public RbmExchange(
        TrainingActor owner, OpenRequest request, Blueprint blueprint, DeviceThread device, FlatParameters parameters, RbmOffsetRole? offsets, RunActor actor, int contributor)
    {
        _parameters = new ParameterExchange(owner, request, blueprint, device, parameters, actor, RbmModel.BoltzmannRole, contributor);
        _offsets = offsets is null
            ? null
            : new ParameterExchange(owner, request, blueprint, device, offsets.Parameters, actor, RbmModel.OffsetsRole, contributor);
    }

    /// <summary>Takes the present values of both roles.</summary>
    public async Task Pull()
    {
        await _parameters.Pull();
        if (_offsets is not null)
        {
            await _offsets.Pull();
        }
    }

    /// <inheritdoc cref="ParameterExchange.Step"/>
    public async Task<Task> Step(StepId at, Task computed)
    {
        if (_offsets is null)
        {
            return await _parameters.Step(at, at.Step, computed);
        }

        Task<Task> parameters = _parameters.Step(at, at.Step, computed), offsets = _offsets.Step(at, at.Step, computed);
        return Task.WhenAll(await parameters, await offsets);
    }
}
