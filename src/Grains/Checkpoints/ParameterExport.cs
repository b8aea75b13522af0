using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>
/// What a model exports of a checkpoint as one safetensors file, network parameters under their role and PyTorch name
/// (<c>generator.0.weight</c>), so that <c>load_state_dict</c> takes them as they are.
/// </summary>
internal static class ParameterExport
{
    /// <summary>The file's bytes.</summary>
    public static byte[] Of(Blueprint blueprint, CheckpointFolder checkpoint)
    {
        using DisposeScope scope = NewDisposeScope();
        NamedTensor[] tensors = [.. blueprint.Export(checkpoint)];
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
