using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.Playwright;

namespace Cluster.Dashboard.Tests;

/// <summary>Nothing comes from elsewhere: neither while pages are served nor in a report.</summary>
public sealed class PolicyTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IDisposable
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
            await using BrowserPage shown = await browser.Open(new Uri(served.Address, path));
            IPage page = shown.Page;
            await shown.Until("document.readyState === 'complete' && performance.getEntriesByType('resource').length >= 5");
            Assert.Equal(0, await page.EvaluateAsync<int>("performance.getEntriesByType('resource').filter(each => !each.name.startsWith(location.origin + '/')).length"));
            Assert.Empty(shown.Complaints);

            await page.EvaluateAsync("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.inline = 1' }))");
            await page.EvaluateAsync("document.body.append(Object.assign(document.createElement('img'), { src: 'http://192.0.2.1/x.png' }))");
            Assert.Equal("refused", await page.EvaluateAsync<string>("fetch('http://192.0.2.1/').then(() => 'answered', () => 'refused')"));
            Assert.False(await page.EvaluateAsync<bool>("'inline' in window"));
            Assert.Contains(shown.Complaints, complaint => complaint.Contains("script-src", StringComparison.Ordinal));
            Assert.Contains(shown.Complaints, complaint => complaint.Contains("img-src", StringComparison.Ordinal));
            Assert.Contains(shown.Complaints, complaint => complaint.Contains("connect-src", StringComparison.Ordinal));
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

        await using BrowserPage shown = await browser.Open(null, 360, 780);
        await shown.Page.Context.SetOfflineAsync(true);
        await shown.Page.GotoAsync(new Uri(file).ToString());
        await shown.Until("document.querySelectorAll('svg.chart').length === 2 && [...document.images].length === 2 && [...document.images].every(each => each.complete && each.naturalWidth === 3)");
        Assert.True(await shown.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth === document.documentElement.clientWidth"));
        Assert.Equal(0, await shown.Page.EvaluateAsync<int>("performance.getEntriesByType('resource').filter(each => !each.name.startsWith('data:')).length"));
        Assert.Empty(shown.Complaints);
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
        RunsRoot.Event(run, new RunEvent(DateTimeOffset.UtcNow, RunEvent.Diagnosis, 12, "the samples are all alike", "mode-collapse", "warning", "more noise"));
        return run;
    }
}
