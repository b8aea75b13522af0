using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class ReportTests : IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task OneFileHasChartsPicturesEventsSumsAndTheExperiment()
    {
        RunFolder run = _runs.Add("a");
        for (int step = 0; step < 400; step++)
        {
            RunsRoot.Row(run, step, string.Create(CultureInfo.InvariantCulture, $"trainLoss={(step == 123 ? 90 : Math.Sin(step))}"), "score=1");
        }

        RunsRoot.Row(run, 399, "evaluate/nll=86.75");
        RunsRoot.Evaluation(run, 399, "latent");
        RunsRoot.Checkpoint(run, 100);
        for (int step = 0; step < 60; step++)
        {
            RunsRoot.Sample(run, step);
        }

        string report = await Report(run);
        XElement[] charts = [.. Charts(report)];
        Assert.Equal(2, charts.Length);
        Assert.StartsWith("train loss along the steps: last -0.", charts[0].Attribute("aria-label")!.Value, StringComparison.Ordinal);
        Assert.Contains("highest 90", charts[0].Attribute("aria-label")!.Value, StringComparison.Ordinal);
        string[][] lines = [.. charts[0].Descendants().Where(each => each.Name.LocalName == "polyline").Select(each => each.Attribute("points")!.Value.Trim().Split(' '))];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 100, 562));
        double[] heights = [.. lines[0].Select(point => double.Parse(point.Split(',')[1], CultureInfo.InvariantCulture))];
        Assert.InRange(heights.Min(), 10, 25);
        Assert.InRange(heights.Max(), 170, 192);

        // At most 24 of the 60 pictures, the first and the last among them, and the evaluation's.
        Assert.Equal(25, Regex.Count(report, "src=\"data:image/png;base64," + Regex.Escape(Convert.ToBase64String(RunsRoot.Png))));
        Assert.Contains("samples, step 0<", report, StringComparison.Ordinal);
        Assert.Contains("samples, step 59<", report, StringComparison.Ordinal);
        Assert.Contains("latent, step 399<", report, StringComparison.Ordinal);
        Assert.Contains("<td>evaluate/nll</td><td>399</td><td>86.75</td>", report, StringComparison.Ordinal);
        Assert.Contains("from the beginning", report, StringComparison.Ordinal);
        Assert.Contains("9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a", report, StringComparison.Ordinal);
        Assert.Contains("latent: 4", report, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script|https?://|src=\"(?!data:)|<link", report);
    }

    [Fact]
    public async Task WhatFilesSayIsTextNotMarkup()
    {
        const string Hostile = "<script>alert(1)</script>\"'&";
        RunFolder run = _runs.Add("a", RunState.Failed, problem: Hostile);
        RunsRoot.Event(run, Hostile, 1, Hostile, seconds: 1);
        File.AppendAllText(run.Experiment, "# " + Hostile);
        string name = System.Text.Json.JsonEncodedText.Encode(Hostile).ToString();
        RunsRoot.Row(run, 1, name + "=1");
        RunsRoot.Row(run, 2, name + "=2");
        string report = await Report(run);
        Assert.DoesNotContain("<script", report, StringComparison.Ordinal);
        Assert.Single(Charts(report));
        Assert.True(Regex.Count(report, "&lt;script&gt;") >= 5);
    }

    [Fact]
    public async Task ACurveThatIsFlatOrTinyOrHugeIsDrawn()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 1, "flat=0", "tiny=1e-300", "huge=-1e300");
        RunsRoot.Row(run, 2, "flat=0", "tiny=2e-300", "huge=1e300");
        foreach (XElement chart in Charts(await Report(run)))
        {
            Assert.DoesNotContain("NaN", chart.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("∞", chart.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, 1, 4, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(-3, 17, 4, "0 5 10 15")]
    [InlineData(0, 60_000, 6, "0 10k 20k 30k 40k 50k 60k")]
    [InlineData(1, 1, 4, "1")]
    [InlineData(0, 0.00003, 3, "0 1e-5 2e-5 3e-5")]
    public void TicksAreRound(double low, double high, int count, string ticks) =>
        Assert.Equal(ticks, string.Join(' ', Ticks.Between(low, high, count).Select(Ticks.Text)));

    [Theory]
    [InlineData("discriminatorLoss", "discriminator loss")]
    [InlineData("stepsPerSecond", "steps per second")]
    [InlineData("evaluate/negativeELBO", "evaluate/negative ELBO")]
    [InlineData("kl/3", "kl/3")]
    [InlineData("free_energy", "free energy")]
    public void KeysReadAsWords(string key, string words) => Assert.Equal(words, Ticks.Words(key));

    [Fact]
    public async Task ATableHasEveryFigureThatAnyRowHas()
    {
        RunFolder run = _runs.Add("a");
        RunsRoot.Row(run, 10, "loss=0.1", "stepsPerSecond=100");
        RunsRoot.Row(run, 20, "loss=1e-20", "stepsPerSecond=1234567.5");
        File.AppendAllText(run.Metrics, "{\"step\":21,\"lo\n");
        RunsRoot.Row(run, 20, "evaluate/a,\\\"b=3");
        using MemoryStream to = new();
        await MetricsCsv.Write(run, to);
        Assert.Equal(
            "step,loss,stepsPerSecond,\"evaluate/a,\"\"b\"\n10,0.1,100,\n20,1E-20,1234567.5,\n20,,,3\n",
            Encoding.UTF8.GetString(to.ToArray()));
    }

    private static IEnumerable<XElement> Charts(string report) =>
        Regex.Matches(report, "<svg.*?</svg>", RegexOptions.Singleline).Select(each => XElement.Parse(each.Value));

    private static async Task<string> Report(RunFolder run)
    {
        using MemoryStream to = new();
        await RunReport.Write(run, to);
        return Encoding.UTF8.GetString(to.ToArray());
    }
}
