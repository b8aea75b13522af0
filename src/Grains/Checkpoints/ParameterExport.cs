using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// All roles' parameters of a checkpoint as one safetensors file, each under its role and its PyTorch name
/// (<c>generator.0.weight</c>), so that <c>load_state_dict</c> takes them as they are.
/// </summary>
internal static class ParameterExport
{
    /// <summary>The file's bytes.</summary>
    public static byte[] Of(GanBlueprint blueprint, CheckpointFolder checkpoint)
    {
        using DisposeScope scope = NewDisposeScope();
        List<NamedTensor> tensors = [];
        foreach (RoleBlueprint role in blueprint.Roles)
        {
            ParameterLayout layout = role.Network.Layout;
            Tensor values = zeros(layout.Count, role.Type, CPU);
            checkpoint.ReadRole(role, blueprint.File.Shards, values);
            tensors.AddRange(layout.Slots.Select(slot => new NamedTensor(
                role.Name + "." + slot.Spec.Name, values.narrow(0, slot.Offset, slot.Count).view([.. slot.Spec.Shape]))));
        }

        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["model"] = blueprint.File.Model.Kind,
            ["step"] = checkpoint.Step.ToString(CultureInfo.InvariantCulture),
        };
        using MemoryStream file = new();
        SafetensorsWriter.Write(file, tensors, metadata);
        return file.ToArray();
    }
}
