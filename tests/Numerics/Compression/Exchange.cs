using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics.Tests;

/// <summary>Contributors and a shard that exchange by codecs, in one place.</summary>
internal sealed class Exchange : IDisposable
{
    private readonly GradientCodec shard;

    public Exchange(int contributors, Func<bool, GradientCodec> make)
    {
        Contributors = [.. Enumerable.Range(0, contributors).Select(_ => make(true))];
        shard = make(false);
    }

    public GradientCodec[] Contributors { get; }

    /// <summary>Elements in all messages of one contributor in the last update.</summary>
    public long Sent { get; private set; }

    public Tensor[] Draw(long count, int step, ScalarType type) => [.. Contributors.Select((_, contributor) =>
    {
        var gradient = zeros(count, type);
        RandomStream.Named(5, "test", contributor, step, "gradient").FillNormal(gradient);
        return gradient;
    })];

    /// <summary>One update; all contributors and the shard must decode the same bits.</summary>
    public Tensor Step(Tensor[] gradients, bool stepped = true)
    {
        Tensor[][] messages = [.. Contributors.Select((codec, i) => codec.Encode(gradients[i]))];
        Sent = messages[0].Sum(tensor => tensor.NumberOfElements);
        var mixed = shard.Mix(0, messages);
        for (var round = 1; round < shard.Rounds; round++)
        {
            messages = [.. Contributors.Select(codec => codec.Continue(mixed))];
            Sent += messages[0].Sum(tensor => tensor.NumberOfElements);
            mixed = shard.Mix(round, messages);
        }

        var average = shard.Decode(mixed);
        foreach (var codec in Contributors)
        {
            Assert.True(average.AsBytes().SequenceEqual(codec.Decode(mixed).AsBytes()), "a contributor decodes other bits than the shard");
            codec.Commit(stepped);
        }

        return average;
    }

    /// <summary>Σ averages × contributors + Σ residuals = Σ gradients.</summary>
    public void RequireConserved(long count, int steps, double tolerance)
    {
        var given = zeros(count, ScalarType.Float64);
        var arrived = zeros(count, ScalarType.Float64);
        for (var step = 0; step < steps; step++)
        {
            var gradients = Draw(count, step, ScalarType.Float64);
            foreach (var gradient in gradients) given.add_(gradient);
            arrived.add_(Step(gradients), alpha: Contributors.Length);
        }

        Assert.True(arrived.sub(given).abs().max().ToDouble() > 0.1, "nothing was left out, so that nothing is proved");
        foreach (var codec in Contributors) arrived.add_(codec.Residual!);
        Assert.InRange(arrived.sub(given).abs().max().ToDouble(), 0, tolerance);
    }

    public void Dispose()
    {
        foreach (var codec in Contributors) codec.Dispose();
        shard.Dispose();
    }
}
