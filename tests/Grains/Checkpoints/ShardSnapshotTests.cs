using Cluster.Numerics;
using Cluster.Numerics.Tests;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using static TorchSharp.torch;

namespace Cluster.Grains.Tests;

[Trait("Orleans", "either")]
public sealed class ShardSnapshotTests
{
    [Fact]
    public async Task A_slice_does_not_step_while_it_is_being_copied()
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        LocalTensors local = ((InProcessSiloHandle)cluster.Cluster.Primary!).SiloHost.Services.GetRequiredService<LocalTensors>();
        RoleBlueprint role = new("role", new ParameterLayout([new ParameterSpec("p", [16], Initializer.Zeros)]), new SgdOptions(1), 0, 0, ScalarType.Float32, 1);
        await using DeviceThread device = new("test", CPU, 1);
        ShardSlice slice = await device.RunAsync(() => ShardSlice.Create(role, 0, 1, device, local));
        TaskCompletionSource copying = new();
        slice.Copying(copying.Task);
        Task stepping = device.RunAsync("step", () => slice.Step(ones(16), 1, 0));
        SpinWait.SpinUntil(() => device.Current == "step" || stepping.IsCompleted);
        float during = slice.Values.data<float>()[0];
        copying.SetResult();
        await stepping;
        Assert.Equal((0f, -1f), (during, slice.Values.data<float>()[0]));
        await device.RunAsync(slice.Dispose);
    }

    /// <summary>Small, and large enough for another thread; in float32 the state is left where it is, in float64 it is copied.</summary>
    [Theory]
    [InlineData(16, ScalarType.Float32)]
    [InlineData(300_000, ScalarType.Float32)]
    [InlineData(300_000, ScalarType.Float64)]
    public async Task A_snapshot_stays_that_of_its_step_and_leaves_no_tensor(int count, ScalarType type)
    {
        await using TrainingCluster cluster = await TrainingCluster.Start();
        LocalTensors local = ((InProcessSiloHandle)cluster.Cluster.Primary!).SiloHost.Services.GetRequiredService<LocalTensors>();
        RoleBlueprint role = new("role", new ParameterLayout([new ParameterSpec("p", [count], Initializer.Zeros)]), new AdamOptions(), 0, 0, type, 1);
        await using DeviceThread device = new("test", CPU, 1);
        long before = LiveTensors.Settled();
        ShardSlice slice = await device.RunAsync(() => ShardSlice.Create(role, 0, 1, device, local));
        ShardSnapshot? spare = null;
        List<long> counts = [];

        // Steps after each snapshot; after one of them none, so that the next finds the same state.
        foreach (int steps in new[] { 1, 2, 0, 1, 1 })
        {
            byte[][] expected = await device.RunAsync(() => Bytes(ShardSnapshot.State(slice)));
            ShardSnapshot snapshot = await device.RunAsync(() => ShardSnapshot.Of(slice, 0, spare));
            for (int step = 0; step < steps; step++)
            {
                await device.RunAsync(() => slice.Step(full([count], 0.5 + step, type), 1, 0));
            }

            await snapshot.Copied;
            Assert.Equal(expected, Bytes(snapshot.Tensors));
            spare = snapshot;
            counts.Add(Tensor.TotalCount);
        }

        Assert.All(counts[1..], each => Assert.InRange(each, 0, counts[0] + 2)); // room that waits for a step
        spare!.Dispose();
        await device.RunAsync(slice.Dispose);
        Assert.Equal(before, Tensor.TotalCount);

        static byte[][] Bytes(IEnumerable<NamedTensor> tensors) => [.. tensors.Select(tensor => tensor.Value.AsBytes().ToArray())];
    }

    [Fact]
    public async Task A_checkpoint_amid_training_is_that_of_a_run_that_ends_there()
    {
        // 4 MiB in two shards: copied on another thread while the next step begins.
        string[] large = ["shards=2", "model.generator.hidden=[8192, 128]", "model.discriminator.hidden=[128, 8192]", "optimizer={name: adam}"];
        await using TrainingCluster cluster = await TrainingCluster.Start();
        await cluster.Finish("whole", [.. large, "steps=4", "checkpoint={every: 1, keep: 10}"]);
        await cluster.Finish("short", [.. large, "steps=2"]);
        Assert.Equal(cluster.Sums("short"), cluster.Sums("whole", 2));
    }
}
