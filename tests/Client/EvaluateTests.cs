using Cluster.Contracts.Runs;

namespace Cluster.Client.Tests;

public sealed class EvaluateTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task FiguresComeAsATableAndAsARowOfTheMetricsAndPicturesAsFiles()
    {
        await _place.Train();
        Outcome first = (await _place.Here("evaluate", "tiny-001")).Succeeded();
        Assert.Contains("tiny-001 at step-000030", first.Out, StringComparison.Ordinal);
        Assert.Matches(@"heldOutScore +0\.\d+", first.Out);
        Assert.Matches(@"discriminatorAccuracy +0\.\d+", first.Out);
        Assert.Matches(@"examples +297\n", first.Out);
        string picture = _place.InRun("tiny-001", "evaluation", "step-000030", "samples.png");
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(picture)[..4]);

        string row = File.ReadLines(new RunFolder(_place.Runs, "tiny-001").Metrics).Last();
        Assert.StartsWith("{\"step\":30,\"evaluate/examples\":297,\"evaluate/heldOutScore\":0.", row, StringComparison.Ordinal);

        string elsewhere = _place.Path("pictures");
        Outcome second = (await _place.Here("evaluate", "tiny-001", "--to", elsewhere)).Succeeded();
        Assert.Equal(Table(first), Table(second));
        Assert.Equal(File.ReadAllBytes(picture), File.ReadAllBytes(Path.Combine(elsewhere, "samples.png")));
    }

    [Fact]
    public async Task TheFileSaysOnWhatToJudge()
    {
        await _place.Train("--set", "evaluate.examples=50", "--set", "evaluate.split=train");
        Assert.Matches(@"examples +50\n", (await _place.Here("evaluate", "tiny-001")).Succeeded().Out);
    }

    [Fact]
    public async Task ASplitThatIsNotThereIsNamed()
    {
        await _place.Train("--set", "evaluate.split=tset");
        Outcome said = await _place.Here("evaluate", "tiny-001");
        Assert.Equal((ExitCode.BadInput, "error: data set digits has no split 'tset'; it has test, train\n"), (said.Code, said.Error));
    }

    [Fact]
    public async Task AFolderThatCannotBeWrittenIsNamed()
    {
        await _place.Train();
        string blocked = _place.Path("blocked");
        File.WriteAllText(blocked, "a file");
        Outcome said = await _place.Here("evaluate", "tiny-001", "--to", blocked);
        Assert.Equal(ExitCode.BadInput, said.Code);
        Assert.Contains($"{blocked}/samples.png cannot be written", said.Error, StringComparison.Ordinal);
        Assert.Contains("name another folder with --to DIR", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APictureThatTheModelDoesNotDrawIsRefusedWithThoseThatItDraws()
    {
        await _place.Train();
        Outcome said = await _place.Here("sample", "tiny-001", "--picture", "filters", "-o", _place.Path("x.png"));
        Assert.Equal(
            (ExitCode.BadInput, "error: --picture filters: a gan has no picture of that name; it draws samples, interpolation\n"), (said.Code, said.Error));
        (await _place.Here("sample", "tiny-001", "--picture", "samples", "-o", _place.Path("x.png"))).Succeeded();
        Assert.True(File.Exists(_place.Path("x.png")));
    }

    [Theory]
    [InlineData("--truncation 0", "--truncation 0 must be a number from 0.1 to 1000")]
    [InlineData("--truncation much", "--truncation much must be a number from 0.1 to 1000")]
    public async Task ATruncationOutOfRangeIsRefused(string flag, string expected)
    {
        Outcome said = await _place.Here(["sample", "tiny-001", .. flag.Split(' ')]);
        Assert.Equal(ExitCode.BadInput, said.Code);
        Assert.Contains(expected, said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheJudgeAndTheSamplesOfAnEvaluationAreNamedOnTheCommandLine()
    {
        await _place.Train();
        Outcome said = await _place.Here("evaluate", "tiny-001", "--classifier", "tiny-001");
        Assert.Equal(ExitCode.BadInput, said.Code);
        Assert.Contains("evaluate.classifier: run tiny-001 is a gan", said.Error, StringComparison.Ordinal);
        said = await _place.Here("evaluate", "tiny-001", "--samples", "samples.png");
        Assert.Equal((ExitCode.BadInput, "error: --samples samples.png must be a file that ends in .npy\n"), (said.Code, said.Error));

        // The yardstick stands beside the figure.
        Assert.Matches(@"FIGURE +VALUE +HELD-OUT +UNIT\n", (await _place.Here("evaluate", "tiny-001")).Succeeded().Out);
    }

    private static string[] Table(Outcome outcome) => [.. outcome.Out.Split('\n').Where(line => line.Contains("  ", StringComparison.Ordinal))];
}
