using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client.Tests;

/// <summary>A run that is stopped half-way, in whatever way, ends with the same bits as one that is not.</summary>
public sealed class InterruptTests : IDisposable
{
    private static readonly string[] Longer = ["--set", "steps=3000", "--set", "checkpoint.every=200", "--set", "checkpoint.keep=100", "--set", "sample.every=0"];

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(Child.Interrupt)]
    [InlineData(Child.Terminate)]
    public async Task APausedRunGoesOnToTheSameBits(int signal)
    {
        await Whole();
        Outcome paused = await Stop(signal);

        Assert.Equal(ExitCode.Interrupted, paused.Code);
        Assert.Equal("", paused.Error);
        Assert.Matches(@"(?m)^Paused at step \d+ with a checkpoint\. Go on with: \./cluster resume tiny-002$", paused.Out);
        RunStateFile state = RunStateFile.Read(new RunFolder(_place.Runs, "tiny-002"))!;
        Assert.Equal(RunState.Paused, state.State);
        Assert.InRange(state.Step, 200, 2999);
        Assert.Equal(state.Step, state.Checkpoint);

        (await _place.Here("resume", "tiny-002")).Succeeded();
        AssertSame();
    }

    [Fact]
    public async Task AKilledRunGoesOnToTheSameBits()
    {
        await Whole();
        Outcome killed = await Stop(Child.Kill);

        Assert.Equal(128 + Child.Kill, killed.Code);
        Assert.Matches(@"(?m)^tiny-002  interrupted  ", (await _place.Here("runs")).Succeeded().Out);

        Outcome resumed = (await _place.Here("resume", "tiny-002")).Succeeded();
        Assert.Contains("tiny-002 finished", resumed.Out, StringComparison.Ordinal);
        AssertSame();
    }

    [Fact]
    public async Task ARunThatTrainsIsTakenByNobodyElse()
    {
        using Child child = Start();
        await child.Until(FirstCheckpoint("tiny-001"));

        (await _place.Here("resume", "tiny-001")).Refused("tiny-001", "another process");
        Assert.Matches(@"(?m)^tiny-001  running  ", (await _place.Here("runs")).Succeeded().Out);
        child.Signal(Child.Kill);
        await child.End();
    }

    /// <summary>A pause is in order, and so is to leave at once; to write a failure down is not.</summary>
    [Fact]
    public async Task SignalsWithoutEndDoNoHarm()
    {
        using Child child = Start();
        await child.Until(FirstCheckpoint("tiny-001"));
        Assert.Equal(ExitCode.Interrupted, (await child.SignalUntilEnd(Child.Interrupt)).Code);
        Assert.Matches(@"(?m)^tiny-001  (paused|interrupted)  ", (await _place.Here("runs")).Succeeded().Out);
        (await _place.Here("resume", "tiny-001")).Succeeded();
    }

    private string FirstCheckpoint(string run) => _place.InRun(run, "checkpoints", "step-000200", "manifest.json");

    private Child Start() => Child.Start(_place, ["run", _place.File, .. Longer]);

    /// <summary>The run that nobody disturbs: <c>tiny-001</c>.</summary>
    private Task<Outcome> Whole() => _place.Train(Longer);

    /// <summary>A second run, which gets a signal after its first checkpoint.</summary>
    private async Task<Outcome> Stop(int signal)
    {
        using Child child = Start();
        await child.Until(FirstCheckpoint("tiny-002"));
        child.Signal(signal);
        return await child.End();
    }

    private void AssertSame()
    {
        string[] expected = Files("tiny-001");
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Files("tiny-002"));
        Assert.All(expected, name => Assert.Equal(Bytes("tiny-001", name), Bytes("tiny-002", name)));
    }

    private string Last(string run) => _place.InRun(run, "checkpoints", "step-003000");

    private string[] Files(string run) => [.. Directory.GetFiles(Last(run)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private byte[] Bytes(string run, string name) => File.ReadAllBytes(Path.Combine(Last(run), name));
}
