using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Cluster.Client.Tests;

/// <summary>A tiny run through every verb.</summary>
public sealed class LifeTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task RunThenEveryOtherVerb()
    {
        Outcome run = await _place.Train("--set", "steps=20");
        Assert.Contains("tiny-001 finished: 20 steps", run.Out, StringComparison.Ordinal);
        Assert.Contains("step 20/20", run.Out, StringComparison.Ordinal);
        Assert.Contains("step-000020.png", run.Out, StringComparison.Ordinal);
        Assert.Contains("./cluster sample tiny-001 --runs", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Out);
        Assert.All(
            [["experiment.yaml"], ["state.json"], ["events.jsonl"], ["metrics.jsonl"], ["samples", "step-000020.png"], new[] { "checkpoints", "step-000020", "manifest.json" }],
            parts => Assert.True(File.Exists(_place.InRun("tiny-001", parts)), parts[^1]));

        Outcome runs = (await _place.Here("runs")).Succeeded();
        Assert.Matches(@"(?m)^tiny-001  finished  20/20  \S+ \S+ +step-000020$", runs.Out);

        Outcome show = (await _place.Here("show", "tiny-001")).Succeeded();
        Assert.Matches(@"(?m)^state +finished$", show.Out);
        Assert.Matches(@"(?m)^metrics +step 20  D loss ", show.Out);
        Assert.Matches(@"(?m)^checkpoints +step-000010, step-000020$", show.Out);
        Assert.Contains("steps: 20", show.Out, StringComparison.Ordinal);
        Assert.Contains("onNonFinite: stop", show.Out, StringComparison.Ordinal);

        (await _place.Here("resume", "tiny-001")).Refused("tiny-001", "finished");
        Assert.Contains("tiny-002 finished", (await _place.Train("--set", "steps=2")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsWrongWithARunIsSaidOnceWhileItTrains()
    {
        Outcome run = await _place.Train("--set", "steps=40", "--set", "metrics.every=1", "--set", "optimizer.learningRate=1e-12");
        string line = Assert.Single(run.Out.Split('\n'), each => each.StartsWith("stalled at step ", StringComparison.Ordinal));
        Assert.Contains("has stopped learning", line, StringComparison.Ordinal);
        Assert.Contains("(try: raise optimizer.learningRate", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SamplesAreAPictureOfTheirSeed()
    {
        await _place.Train();
        string first = _place.Path("first.png"), again = _place.Path("again.png"), other = _place.Path("other.png");
        Outcome said = (await _place.Here("sample", "tiny-001", "--grid", "2x3", "--seed", "5", "-o", first)).Succeeded();
        Assert.Contains("step-000030", said.Out, StringComparison.Ordinal);
        File.WriteAllText(again, "what was there before");
        (await _place.Here("sample", _place.InRun("tiny-001"), "--grid", "2x3", "--seed", "5", "-o", again)).Succeeded();
        (await _place.Here("sample", "tiny-001", "--grid", "2x3", "--seed", "6", "-o", other)).Succeeded();

        byte[] picture = File.ReadAllBytes(first);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        Assert.Equal(picture, File.ReadAllBytes(again));
        Assert.NotEqual(picture, File.ReadAllBytes(other));

        // Three columns and two rows of 8 pixels at least, in the header of the PNG.
        Assert.True(BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(16)) >= 24);
        Assert.True(BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(20)) >= 16);
        Assert.Empty(Directory.GetFiles(_place.Root, "*.part"));
    }

    [Fact]
    public async Task TheExportHasPyTorchsNames()
    {
        await _place.Train();
        string file = _place.Path("tiny.safetensors");
        (await _place.Here("export", "tiny-001", "-o", file)).Succeeded();

        byte[] bytes = File.ReadAllBytes(file);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using JsonDocument header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, length));
        Assert.Equal([8, 4], Shape("generator.0.weight"));
        Assert.Equal([64, 8], Shape("generator.2.weight"));
        Assert.Equal([8, 64], Shape("discriminator.0.weight"));
        Assert.Equal([1, 8], Shape("discriminator.2.weight"));
        Assert.Equal([1], Shape("discriminator.2.bias"));

        int[] Shape(string name) => [.. header.RootElement.GetProperty(name).GetProperty("shape").EnumerateArray().Select(each => each.GetInt32())];
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("export")]
    public async Task AnOutputThatCannotBeWritten(string verb)
    {
        await _place.Train("--set", "steps=2");
        (await _place.Here(verb, "tiny-001", "-o", Path.Combine(_place.File, "out"))).Refused("--output", _place.File);
        (await _place.Here(verb, "tiny-001", "-o", _place.Path("none", "out"))).Refused("--output", "no folder");
        (await _place.Here(verb, "tiny-001", "-o", _place.Root)).Refused("--output", "folder");
    }

    /// <summary>A learning rate beyond measure: the loss overflows, which is no mistake of the file but a failed run.</summary>
    [Fact]
    public async Task ARunThatFailsEndsWithOne()
    {
        Outcome failed = await _place.Here("run", _place.File, "--set", "optimizer={name: sgd, learningRate: 1.0e+30}");
        Assert.Equal(ExitCode.FailedRun, failed.Code);
        Assert.StartsWith("error: run tiny-001 failed at step ", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", failed.Error, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^tiny-001  failed", (await _place.Here("runs")).Succeeded().Out);
        Assert.Matches(@"(?m)^problem +\S", (await _place.Here("show", "tiny-001")).Succeeded().Out);
    }
}
