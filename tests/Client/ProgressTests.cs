using System.Globalization;
using Cluster.Contracts;

namespace Cluster.Client.Tests;

public sealed class ProgressTests
{
    private static readonly RunStatus Status = new(
        RunState.Running, 1200, 6000, 1000, 800, new Dictionary<string, double> { ["realScore"] = 0.5, ["discriminatorLoss"] = 1.25, ["generatorLoss"] = 0.75 }, null);

    [Fact]
    public void APlainLineHasEverything() => Assert.Equal(
        "step 1200/6000  800 steps/s  D loss 1.2500  G loss 0.7500  D(x) 0.5000  0:06 left", PlainProgress.Describe(Status));

    [Theory]
    [InlineData(200, "1200/6000  800 steps/s  D loss 1.2500  G loss 0.7500  D(x) 0.5000  0:06 left")]
    [InlineData(63, "1200/6000  800 steps/s  D loss 1.2500  G loss 0.7500  0:06 left")]
    [InlineData(62, "1200/6000  800 steps/s  D loss 1.2500  0:06 left")]
    [InlineData(47, "1200/6000  800 steps/s  0:06 left")]
    [InlineData(34, "1200/6000  800 steps/s  0:06 left")]
    [InlineData(20, "1200/6000  0:06 left")]
    [InlineData(5, "1200/6000")]
    public void ANarrowTerminalLosesTheFiguresFirst(int width, string line) => Assert.Equal(line, ProgressText.Fit(Status, width));

    [Theory]
    [InlineData(0.5, "0:01")]
    [InlineData(61, "1:01")]
    [InlineData(3661, "1:01:01")]
    [InlineData(90061, "1d 01:01:01")]
    public void TimeLeftIsAClock(double seconds, string clock) =>
        Assert.Equal(clock, Text.Left(Status with { Step = 0, Steps = 1000, StepsPerSecond = 1000 / seconds }));

    [Fact]
    public void WithoutARateNobodyKnowsTheTimeLeft() => Assert.Null(Text.Left(Status with { StepsPerSecond = 0 }));

    [Fact]
    public async Task PlainLinesComeEveryFewSecondsAndAtTheEnd()
    {
        Clock clock = new();
        StringWriter output = new(CultureInfo.InvariantCulture);
        await new PlainProgress(output, clock).Show(tell =>
        {
            for (int step = 1; step <= 24; step++)
            {
                clock.Now += TimeSpan.FromMilliseconds(500);
                tell(Status with { Step = step });
            }

            return Task.FromResult(Status with { Step = 25, State = RunState.Finished });
        });

        string[] lines = output.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(["step 10/6000", "step 20/6000", "step 25/6000"], lines.Select(line => line[..12]));
        Assert.EndsWith("finished", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALiveBarDrawsTheStepAndShowsTheCursorAgain()
    {
        StringWriter output = new(CultureInfo.InvariantCulture);
        RunStatus end = Status with { Step = 6000, State = RunState.Finished };
        await new LiveProgress(new Terminal(output, TextWriter.Null, Live: true)).Show(tell =>
        {
            tell(Status);
            return Task.FromResult(end);
        });
        Assert.Contains("6000/6000", output.ToString(), StringComparison.Ordinal);
        Assert.True(output.ToString().LastIndexOf("\e[?25h", StringComparison.Ordinal) > output.ToString().LastIndexOf("\e[?25l", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("runs/a_b-1.2", "runs/a_b-1.2")]
    [InlineData("my runs", "'my runs'")]
    [InlineData("it's", @"'it'\''s'")]
    public void HintsAreReadyForTheShell(string word, string quoted) => Assert.Equal(quoted, Hint.Quoted(word));

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
