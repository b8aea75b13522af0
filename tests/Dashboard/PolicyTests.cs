using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

/// <summary>Nothing comes from elsewhere: neither while pages are served nor in a report.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [BrowserFact]
    public async Task PagesLoadNothingFromElsewhereAndRunNothingThatIsPutIntoThem()
    {
        RunFolder run = Trained();
        await using Served served = await Served.Start(_runs);
        foreach (string path in new[] { "/", "/cluster", "/runs/" + run.Name })
        {
            await using Browser browser = await Browser.Start();
            await browser.Go(new Uri(served.Address, path));
            await browser.Until("document.readyState === 'complete' && performance.getEntriesByType('resource').length >= 5");
            Assert.Equal(0, (int)(await browser.Value("performance.getEntriesByType('resource').filter(each => !each.name.startsWith(location.origin + '/')).length"))!);
            Assert.Empty(browser.Complaints);

            await browser.Value("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.inline = 1' }))");
            await browser.Value("document.body.append(Object.assign(document.createElement('img'), { src: 'http://192.0.2.1/x.png' }))");
            Assert.Equal("refused", (string?)await browser.Value("fetch('http://192.0.2.1/').then(() => 'answered', () => 'refused')"));
            Assert.Null(await browser.Value("window.inline ?? null"));
            await browser.Until("true");
            Assert.Contains(browser.Complaints, complaint => complaint.Contains("script-src", StringComparison.Ordinal));
            Assert.Contains(browser.Complaints, complaint => complaint.Contains("img-src", StringComparison.Ordinal));
            Assert.Contains(browser.Complaints, complaint => complaint.Contains("connect-src", StringComparison.Ordinal));
        }
    }

    [BrowserFact]
    public async Task AReportIsWholeWithTheNetworkOff()
    {
        RunFolder run = Trained();
        string file = Path.Combine(_runs.Base, "run.html");
        await using (FileStream to = File.Create(file))
        {
            await RunReport.Write(run, to);
        }

        await using Browser browser = await Browser.Start();
        await browser.Offline();
        await browser.Look(360, 780);
        await browser.Go(new Uri(file));
        await browser.Until("document.querySelectorAll('svg.chart').length === 2 && [...document.images].length === 2 && [...document.images].every(each => each.complete && each.naturalWidth === 3)");
        Assert.True((bool)(await browser.Value("document.documentElement.scrollWidth === document.documentElement.clientWidth"))!);
        Assert.Equal(0, (int)(await browser.Value("performance.getEntriesByType('resource').filter(each => !each.name.startsWith('data:')).length"))!);
        Assert.Empty(browser.Complaints);
    }

    private RunFolder Trained()
    {
        RunFolder run = _runs.Add("a-001");
        for (int step = 0; step < 20; step++)
        {
            RunsRoot.Row(run, step, $"loss=1.{step}", "score=2");
        }

        RunsRoot.Sample(run, 10);
        RunsRoot.Evaluation(run, 20, "latent");
        RunsRoot.Event(run, "mode-collapse", 12, "the samples are all alike", seconds: 3);
        return run;
    }
}
