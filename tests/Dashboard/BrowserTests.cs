using System.Text.Json.Nodes;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class BrowserTests : IDisposable
{
    private const string Plot = "document.querySelector('[data-metric=loss] .plot')";

    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [BrowserFact]
    public async Task ChartsMoveAPictureAppearsAndEventsCome()
    {
        RunFolder run = Trained("a-001", RunState.Running);
        await using Served served = await Served.Start(_runs);
        await using Browser browser = await Open(served, "/runs/a-001");
        using FileStream held = new(run.Lock, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await browser.Until("document.querySelectorAll('.chart canvas').length === 2");
        await browser.Until("document.querySelector('[data-metric=loss] .readout').textContent === '0.7'");
        Assert.Equal(["loss", "gradient norm"], Words(await browser.Value("[...document.querySelectorAll('.chart b')].map(each => each.textContent)")));
        Assert.Equal("gan", (string?)await browser.Value("document.getElementById('kind').textContent"));

        RunsRoot.Row(run, 70, "loss=0.125", "gradientNorm=3");
        await browser.Until("document.querySelector('[data-metric=loss] .readout').textContent === '0.125'");
        RunsRoot.Sample(run, 70);
        await browser.Until("document.querySelector('#viewer img')?.naturalWidth === 3 && document.querySelector('#viewer img').alt === 'Samples after 70 steps'");
        RunsRoot.Event(run, "warning", 70, "the discriminator wins <b>now</b>", seconds: 70);
        await browser.Until("document.querySelector('#event-list li p').textContent === 'the discriminator wins <b>now</b>'");
        Assert.True((bool)(await browser.Value("document.getElementById('findings').hidden"))!);
        RunsRoot.Event(run, "mode-collapse", 70, "the samples are all alike", seconds: 71);
        await browser.Until("document.querySelector('#finding-list li')?.textContent.startsWith('mode collapse the samples are all alike step 70')");
        RunsRoot.Checkpoint(run, 70);
        await browser.Until("document.querySelectorAll('#checkpoint-rows tr').length === 1");
        await browser.Value("document.querySelector('#checkpoint-rows button').click()");
        await browser.Until("document.querySelector('#checkpoint-rows .verdict.good')");
        RunsRoot.Row(run, 70, "evaluate/nll=86.75");
        await browser.Until("document.querySelector('#measured-rows')?.innerText.includes('86.75')");
        (RunStateFile.Read(run)! with { State = RunState.Failed, Problem = "The loss is not finite" }).Write(run);
        await browser.Until("document.getElementById('problem').textContent === 'The loss is not finite' && document.title.includes('failed')");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task ZoomSmoothingScaleAndThemeWorkByKeyboardAndMouse()
    {
        Trained("a-001", RunState.Finished);
        await using Served served = await Served.Start(_runs);
        await using Browser browser = await Open(served, "/runs/a-001");
        await browser.Until($"{Plot}?.querySelector('canvas')");
        await browser.Value($"{Plot}.focus()");
        const string Zoomed = "!document.getElementById('zoom-all').disabled";
        await browser.Press("+", "+");
        await browser.Until(Zoomed);
        await browser.Press("0", "0");
        await browser.Until("document.getElementById('zoom-all').disabled");
        await browser.Press("ArrowLeft");
        await browser.Until("document.querySelector('[data-metric=loss] .readout').textContent.startsWith('step ')");

        JsonNode box = (await browser.Value($"(() => {{ const box = {Plot}.querySelector('.u-over').getBoundingClientRect(); return {{ x: box.x, y: box.y, w: box.width }}; }})()"))!;
        double x = (double)box["x"]!, y = (double)box["y"]!, width = (double)box["w"]!;
        await browser.Drag(x + (width / 4), y + 50, x + (width / 2), y + 60);
        await browser.Until(Zoomed);

        await browser.Value("document.getElementById('smooth').focus()");
        await browser.Press("End");
        await browser.Until("document.getElementById('smooth-value').textContent !== 'off'");
        await browser.Value("document.getElementById('log').click()");
        await browser.Value("document.querySelector('[data-theme-toggle]').click()");
        Assert.Equal("light", (string?)await browser.Value("document.documentElement.dataset.theme"));
        await browser.Value("document.querySelector('[data-theme-toggle]').click()");
        Assert.Equal("rgb(13, 17, 23)", (string?)await browser.Value("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task RunsAreFoundChosenAndCompared()
    {
        Trained("a-001", RunState.Finished);
        Trained("b-001", RunState.Finished);
        await using Served served = await Served.Start(_runs);
        await using Browser browser = await Open(served, "/");
        await browser.Until("document.querySelectorAll('.run svg.sketch').length === 2");
        Trained("c-001", RunState.Finished);
        await browser.Until("document.querySelectorAll('.run').length === 3");
        await browser.Press("/");
        await browser.Value("document.activeElement.value = 'c-0', document.activeElement.dispatchEvent(new Event('input'))");
        Assert.Equal(["c-001"], Words(await browser.Value("[...document.querySelectorAll('.run .name')].map(each => each.textContent)")));
        await browser.Value("document.activeElement.value = '', document.activeElement.dispatchEvent(new Event('input'))");
        await browser.Value("[...document.querySelectorAll('.run')].filter(row => row.dataset.name !== 'b-001').forEach(row => row.querySelector('input').click())");
        await browser.Value("document.getElementById('compare').click()");
        await browser.Until("location.pathname.startsWith('/runs/') && document.querySelectorAll('[data-metric=loss] .legend > span').length === 2");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task ThePageRecoversWhenTheServerRestarts()
    {
        RunFolder run = Trained("a-001", RunState.Finished);
        Served served = await Served.Start(_runs);
        await using Browser browser = await Open(served, "/runs/a-001");
        await browser.Until("document.querySelector('[data-metric=loss] .readout')?.textContent === '0.7'");
        await served.DisposeAsync();
        await browser.Until("!document.getElementById('lost').hidden");
        RunsRoot.Row(run, 70, "loss=0.25");
        await using DashboardServer again = await DashboardServer.Start(new DashboardOptions { Runs = _runs.Path, Port = served.Address.Port });
        await browser.Until("document.getElementById('lost').hidden && document.querySelector('[data-metric=loss] .readout').textContent === '0.25'");
    }

    [BrowserFact]
    public async Task APageThatNobodySeesLetsGoAndCatchesUp()
    {
        RunFolder run = Trained("a-001", RunState.Finished);
        await using Served served = await Served.Start(_runs);
        await using Browser browser = await Open(served, "/runs/a-001");
        await browser.Until("document.querySelector('[data-metric=loss] .readout')?.textContent === '0.7'");
        await Hide(browser, hidden: true);
        await served.DisposeAsync();
        await using DashboardServer again = await DashboardServer.Start(new DashboardOptions { Runs = _runs.Path, Port = served.Address.Port });
        RunsRoot.Row(run, 70, "loss=0.25");

        // Its connection was closed before the server went: it has nothing to complain of.
        Assert.True((bool)(await browser.Value("document.getElementById('lost').hidden"))!);
        await Hide(browser, hidden: false);
        await browser.Until("document.querySelector('[data-metric=loss] .readout').textContent === '0.25'");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task PagesFitAPhoneAndEveryControlHasAName()
    {
        RunFolder run = Trained("a-run-with-a-rather-long-name-that-goes-on-and-on-001", RunState.Failed);
        RunsRoot.Sample(run, 1);
        RunsRoot.Checkpoint(run, 1);
        await using Served served = await Served.Start(_runs);
        foreach ((string path, string ready) in new[] { ("/", "document.querySelector('.run')"), ($"/runs/{run.Name}", "document.querySelector('.chart canvas') && document.querySelector('#checkpoint-rows button')") })
        {
            await using Browser browser = await Browser.Start();
            await browser.Look(360, 780, dark: true);
            await browser.Go(new Uri(served.Address, path));
            await browser.Until(ready);
            Assert.True((bool)(await browser.Value("document.documentElement.scrollWidth === document.documentElement.clientWidth"))!);
            IReadOnlyList<(string Role, string Name)> all = await browser.Accessible();
            string[] controls = ["button", "link", "slider", "checkbox", "combobox", "searchbox", "textbox", "progressbar", "application", "image"];
            Assert.True(all.Count(each => controls.Contains(each.Role, StringComparer.Ordinal)) >= 7);
            Assert.DoesNotContain(all, each => controls.Contains(each.Role, StringComparer.Ordinal) && each.Name.Length == 0);
            Assert.Empty(browser.Complaints);
        }
    }

    [BrowserFact]
    public async Task ARunThatIsJustBeingStartedShowsAsSoonAsItIsThere()
    {
        await using Served served = await Served.Start(_runs);
        await using Browser browser = await Open(served, "/runs/new-001");
        await browser.Until("!document.getElementById('missing').hidden");
        Trained("new-001", RunState.Finished);
        await browser.Until("document.querySelector('.chart canvas')");
    }

    private static async Task<Browser> Open(Served served, string path)
    {
        Browser browser = await Browser.Start();
        await browser.Look(1300, 900);
        await browser.Go(new Uri(served.Address, path));
        await browser.Until("document.readyState === 'complete'");
        return browser;
    }

    private static Task Hide(Browser browser, bool hidden) => browser.Value(
        $"Object.defineProperty(document, 'hidden', {{ value: {(hidden ? "true" : "false")}, configurable: true }}), document.dispatchEvent(new Event('visibilitychange'))");

    private static string[] Words(JsonNode? list) => [.. list!.AsArray().Select(each => (string)each!)];

    /// <summary>A run with rows up to step 60, the last loss 0.7.</summary>
    private RunFolder Trained(string name, RunState state)
    {
        RunFolder run = _runs.Add(name, state, step: 60);
        for (int step = 0; step <= 60; step += 10)
        {
            RunsRoot.Row(run, step, $"loss={(step == 60 ? "0.7" : $"1.{step}")}", "gradientNorm=2");
        }

        return run;
    }
}
