using System.Runtime.InteropServices;
using Cluster.Models;
using Cluster.Numerics;
using Cluster.Numerics.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class ExportTests
{
    /// <summary>Reads the exported file as the format says, rebuilds the generator and maps latents to images.</summary>
    private const string Rebuild = """
        import json, struct, sys
        import numpy as np
        import torch
        from torch import nn
        path, latents, images = sys.argv[1:]
        raw = open(path, "rb").read()
        size, = struct.unpack("<Q", raw[:8])
        header = json.loads(raw[8:8 + size])
        def tensor(name):
            entry = header[name]
            assert entry["dtype"] == "F32"
            first, last = entry["data_offsets"]
            return torch.from_numpy(np.frombuffer(raw[8 + size + first:8 + size + last], np.float32).copy()).view(entry["shape"])
        generator = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(.2), nn.Linear(16, 24), nn.LeakyReLU(.2), nn.Linear(24, 64), nn.Tanh())
        generator.load_state_dict({name[10:]: tensor(name) for name in header if name.startswith("generator.")})
        z = torch.from_numpy(np.fromfile(latents, np.float32)).view(-1, 8)
        generator(z).detach().numpy().tofile(images)
        """;

    [PyTorchFact]
    public async Task The_generator_rebuilt_in_PyTorch_from_the_export_gives_the_same_images()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("run", "shards=3", "steps=100", "model.generator.hidden=[16, 24]");
        string exported = Path.Combine(cluster.Runs, "exported.safetensors"), latents = Path.Combine(cluster.Runs, "z"), theirs = Path.Combine(cluster.Runs, "images");
        await using (FileStream file = File.Create(exported))
        {
            await foreach (byte[] piece in cluster.Run("run").Export())
            {
                await file.WriteAsync(piece);
            }
        }

        float[] z = new float[50 * 8];
        RandomStream.Named(1, "test", 0, 0, "latents").FillNormal(z);
        File.WriteAllBytes(latents, MemoryMarshal.AsBytes(z.AsSpan()).ToArray());
        Python.Run(Rebuild, exported, latents, theirs);

        float[] ours = Images(exported, z), rebuilt = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(theirs)).ToArray();
        Assert.Equal(50 * 64, rebuilt.Length);
        Assert.All(ours.Zip(rebuilt), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.True(ours.Max() - ours.Min() > 0.1, "the images are all of one grey: nothing was compared");
    }

    private static float[] Images(string exported, float[] z)
    {
        using DisposeScope scope = NewDisposeScope();
        Mlp mlp = new(8, [16, 24], 64, new Activation(ActivationKind.LeakyRelu), OutputKind.Tanh);
        using FlatParameters parameters = new(mlp.Layout, CPU);
        using SafetensorsFile file = SafetensorsFile.Open(exported);
        using (no_grad())
        {
            foreach (ParameterSlot slot in mlp.Layout.Slots)
            {
                file.ReadInto("generator." + slot.Spec.Name, parameters[slot.Spec.Name]);
            }

            return mlp.Forward(parameters, frombuffer(z, ScalarType.Float32).view(50, 8)).data<float>().ToArray();
        }
    }
}
