using System.Text.RegularExpressions;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Cluster.Dashboard.Tests;

public sealed class BrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IDisposable
{
    private const string Plot = "[data-metric=loss] .plot";
    private const string Readout = "[data-metric=loss] .readout";

    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [BrowserFact]
    public async Task ChartsMoveAPictureAppearsAndEventsCome()
    {
        RunFolder run = Trained("a-001", RunState.Running);
        await using Served served = await Served.Start(_runs);
        await using BrowserPage page = await Open(served, "/runs/a-001");
        using FileStream held = new(run.Lock, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await Expect(page[".chart canvas"]).ToHaveCountAsync(2);
        await Expect(page[Readout]).ToHaveTextAsync("0.7");
        await Expect(page[".chart b"]).ToHaveTextAsync(["loss", "gradient norm"]);
        await Expect(page["#kind"]).ToHaveTextAsync("gan");

        RunsRoot.Row(run, 70, "loss=0.125", "gradientNorm=3");
        await Expect(page[Readout]).ToHaveTextAsync("0.125");
        RunsRoot.Sample(run, 70);
        await page.Until("document.querySelector('#viewer img')?.naturalWidth === 3 && document.querySelector('#viewer img').alt === 'Samples after 70 steps'");
        RunsRoot.Event(run, "warning", 70, "the discriminator wins <b>now</b>", seconds: 70);
        await Expect(page["#event-list li p"].First).ToHaveTextAsync("the discriminator wins <b>now</b>");
        await Expect(page["#findings"]).ToBeHiddenAsync();
        RunsRoot.Event(run, new RunEvent(DateTimeOffset.UtcNow, RunEvent.Diagnosis, 70, "the samples are all alike", "mode-collapse", "warning", "more noise"));
        await Expect(page["#finding-list li"]).ToHaveTextAsync(new Regex("^mode collapse the samples are all alike more noise step 70"));
        RunsRoot.Event(run, new RunEvent(DateTimeOffset.UtcNow, RunEvent.Cleared, 80, "the samples differ again", "mode-collapse"));
        await Expect(page["#findings"]).ToBeHiddenAsync();
        await Expect(page["#event-list li.cleared"]).ToBeVisibleAsync();
        RunsRoot.Checkpoint(run, 70);
        await Expect(page["#checkpoint-rows tr"]).ToHaveCountAsync(1);
        await page["#checkpoint-rows button"].ClickAsync();
        await Expect(page["#checkpoint-rows .verdict.good"]).ToBeVisibleAsync();
        RunsRoot.Row(run, 70, "evaluate/nll=86.75");
        await Expect(page["#measured-rows"]).ToContainTextAsync("86.75");
        (RunStateFile.Read(run)! with { State = RunState.Failed, Problem = "The loss is not finite" }).Write(run);
        await Expect(page["#problem"]).ToHaveTextAsync("The loss is not finite");
        await Expect(page.Page).ToHaveTitleAsync(new Regex("failed"));
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task ZoomSmoothingScaleAndThemeWorkByKeyboardAndMouse()
    {
        Trained("a-001", RunState.Finished);
        await using Served served = await Served.Start(_runs);
        await using BrowserPage page = await Open(served, "/runs/a-001");
        await Expect(page[Plot + " canvas"]).ToBeVisibleAsync();
        IKeyboard keyboard = page.Page.Keyboard;
        await page[Plot].FocusAsync();
        await keyboard.PressAsync("+");
        await Expect(page["#zoom-all"]).ToBeEnabledAsync();
        await keyboard.PressAsync("0");
        await Expect(page["#zoom-all"]).ToBeDisabledAsync();
        await keyboard.PressAsync("ArrowLeft");
        await Expect(page[Readout]).ToHaveTextAsync(new Regex("^step "));

        ILocator over = page[Plot + " .u-over"];
        await over.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await over.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + (box.Width / 4), box.Y + 50);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + 60, new MouseMoveOptions { Steps = 4 });
        await page.Page.Mouse.UpAsync();
        await Expect(page["#zoom-all"]).ToBeEnabledAsync();

        await page["#smooth"].FocusAsync();
        await keyboard.PressAsync("End");
        await Expect(page["#smooth-value"]).Not.ToHaveTextAsync("off");
        await page["#log"].CheckAsync();
        await page["[data-theme-toggle]"].ClickAsync();
        await Expect(page["html"]).ToHaveAttributeAsync("data-theme", "light");
        await page["[data-theme-toggle]"].ClickAsync();
        await Expect(page["body"]).ToHaveCSSAsync("background-color", "rgb(13, 17, 23)");
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task RunsAreFoundChosenAndCompared()
    {
        Trained("a-001", RunState.Finished);
        Trained("b-001", RunState.Finished);
        await using Served served = await Served.Start(_runs);
        await using BrowserPage page = await Open(served, "/");
        await Expect(page[".run svg.sketch"]).ToHaveCountAsync(2);
        Trained("c-001", RunState.Finished);
        await Expect(page[".run"]).ToHaveCountAsync(3);
        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("c-0");
        await Expect(page[".run .name"]).ToHaveTextAsync(["c-001"]);
        await page[":focus"].FillAsync("");
        await Expect(page[".run"]).ToHaveCountAsync(3);
        await page[".run[data-name=a-001] input"].CheckAsync();
        await page[".run[data-name=c-001] input"].CheckAsync();
        await page["#compare"].ClickAsync();
        await Expect(page.Page).ToHaveURLAsync(new Regex("/runs/"));
        await Expect(page["[data-metric=loss] .legend > span"]).ToHaveCountAsync(2);
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task ThePageRecoversWhenTheServerRestarts()
    {
        RunFolder run = Trained("a-001", RunState.Finished);
        Served served = await Served.Start(_runs);
        await using BrowserPage page = await Open(served, "/runs/a-001");
        await Expect(page[Readout]).ToHaveTextAsync("0.7");
        await served.DisposeAsync();
        await Expect(page["#lost"]).ToBeVisibleAsync();
        RunsRoot.Row(run, 70, "loss=0.25");
        await using DashboardServer again = await DashboardServer.Start(new DashboardOptions { Runs = _runs.Path, Port = served.Address.Port });
        await Expect(page["#lost"]).ToBeHiddenAsync();
        await Expect(page[Readout]).ToHaveTextAsync("0.25");
    }

    [BrowserFact]
    public async Task APageThatNobodySeesLetsGoAndCatchesUp()
    {
        RunFolder run = Trained("a-001", RunState.Finished);
        await using Served served = await Served.Start(_runs);
        await using BrowserPage page = await Open(served, "/runs/a-001");
        await Expect(page[Readout]).ToHaveTextAsync("0.7");
        await Hide(page, hidden: true);
        await served.DisposeAsync();
        await using DashboardServer again = await DashboardServer.Start(new DashboardOptions { Runs = _runs.Path, Port = served.Address.Port });
        RunsRoot.Row(run, 70, "loss=0.25");

        // Its connection was closed before the server went: it has nothing to complain of.
        Assert.False(await page["#lost"].IsVisibleAsync());
        await Hide(page, hidden: false);
        await Expect(page[Readout]).ToHaveTextAsync("0.25");
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task PagesFitAPhoneAndEveryControlHasAName()
    {
        RunFolder run = Trained("a-run-with-a-rather-long-name-that-goes-on-and-on-001", RunState.Failed);
        RunsRoot.Sample(run, 1);
        RunsRoot.Checkpoint(run, 1);
        await using Served served = await Served.Start(_runs);
        foreach ((string path, string[] ready) in new[] { ("/", new[] { ".run" }), ($"/runs/{run.Name}", [".chart canvas", "#checkpoint-rows button"]) })
        {
            await using BrowserPage page = await browser.Open(new Uri(served.Address, path), 360, 780, dark: true);
            foreach (string each in ready)
            {
                await Expect(page[each].First).ToBeVisibleAsync();
            }

            Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth === document.documentElement.clientWidth"));
            IReadOnlyList<(string Role, string Name)> all = await page.Accessible();
            string[] controls = ["button", "link", "slider", "checkbox", "combobox", "searchbox", "textbox", "progressbar", "application", "image"];
            Assert.True(all.Count(each => controls.Contains(each.Role, StringComparer.Ordinal)) >= 7);
            Assert.DoesNotContain(all, each => controls.Contains(each.Role, StringComparer.Ordinal) && each.Name.Length == 0);
            Assert.Empty(page.Complaints);
        }
    }

    [BrowserFact]
    public async Task ARunThatIsJustBeingStartedShowsAsSoonAsItIsThere()
    {
        await using Served served = await Served.Start(_runs);
        await using BrowserPage page = await Open(served, "/runs/new-001");
        await Expect(page["#missing"]).ToBeVisibleAsync();
        Trained("new-001", RunState.Finished);
        await Expect(page[".chart canvas"].First).ToBeVisibleAsync();
    }

    private static Task Hide(BrowserPage page, bool hidden) => page.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", hidden);

    private Task<BrowserPage> Open(Served served, string path) => browser.Open(new Uri(served.Address, path));

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
