using System.Globalization;
using System.Text.RegularExpressions;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using static Microsoft.Playwright.Assertions;

namespace Cluster.Dashboard.Tests;

/// <summary>Pages for those who do not see them, or use no mouse.</summary>
public sealed class AccessibilityTests(BrowserFixture browser) : IClassFixture<BrowserFixture>, IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [BrowserFact]
    public async Task PagesHaveLandmarksAFocusOrderAndChartsInWords()
    {
        RunFolder run = _runs.Add("a-001", RunState.Paused);
        foreach (int step in new[] { 1, 2, 3, 4 })
        {
            RunsRoot.Row(run, step, $"loss={5 - step}.5");
        }

        await using Served served = await Served.Start(_runs);
        foreach ((string path, string ready, string target) in new[]
        {
            ("/", ".run", "runs"), ("/cluster", "#none", "silos"), ("/runs/a-001", ".chart canvas", "charts"),
        })
        {
            await using BrowserPage page = await browser.Open(new Uri(served.Address, path));
            await Expect(page[ready]).ToBeVisibleAsync();
            IReadOnlyList<(string Role, string Name)> all = await page.Accessible();
            Assert.Single(all, each => each.Role == "main");
            Assert.Single(all, each => each.Role == "banner");
            Assert.Contains(all, each => each.Role == "navigation" && each.Name.Length > 0);
            await Expect(page["h1:visible"]).ToHaveCountAsync(1);
            await Expect(page["th:empty, [tabindex]:not([tabindex='0']):not([tabindex='-1'])"]).ToHaveCountAsync(0);

            await page.Page.Keyboard.PressAsync("Tab");
            await Expect(page[":focus"]).ToHaveClassAsync("skip");
            await Expect(page[":focus"]).ToHaveAttributeAsync("href", "#" + target);
            await page.Page.Keyboard.PressAsync("Tab");
            await Expect(page[":focus"]).ToHaveClassAsync("brand");
            if (path == "/runs/a-001")
            {
                await Expect(page["[data-metric=loss] .plot"]).ToHaveAttributeAsync("aria-label", new Regex("^loss\\. a-001: last 1\\.5, lowest 1\\.5, highest 4\\.5\\."));
            }
        }
    }

    [BrowserFact]
    public async Task EveryTextHasContrastInDarkAndInLight()
    {
        await using Served served = await Served.Start(_runs);
        foreach (bool dark in new[] { false, true })
        {
            await using BrowserPage page = await browser.Open(new Uri(served.Address, "/"), dark: dark);
            foreach ((string text, string ground) in new[]
            {
                ("ink", "paper"), ("ink", "panel"), ("quiet", "paper"), ("quiet", "panel"), ("quiet", "edge"), ("accent", "panel"), ("accent", "paper"), ("accent", "accent-soft"),
                ("good", "good-soft"), ("good", "panel"), ("warn", "warn-soft"), ("quiet", "warn-soft"), ("bad", "bad-soft"), ("bad", "panel"), ("on-accent", "accent"), ("on-accent", "bad"),
            })
            {
                double contrast = Contrast(await Colour(page, text), await Colour(page, ground));
                Assert.True(contrast >= 4.5, string.Create(CultureInfo.InvariantCulture, $"--{text} on --{ground} has a contrast of {contrast:0.00}, dark: {dark}"));
            }

            // Lines and bars need less, WCAG 2.2, 1.4.11.
            foreach (string line in Enumerable.Range(1, 8).Select(index => $"series-{index}").Concat(["compute", "send"]))
            {
                Assert.True(Contrast(await Colour(page, line), await Colour(page, "panel")) >= 3, $"--{line}, dark: {dark}");
            }
        }
    }

    private static async Task<double> Colour(BrowserPage page, string name)
    {
        string text = await page.Page.EvaluateAsync<string>("name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()", "--" + name);
        Assert.Matches("^#[0-9a-f]{6}$", text);
        double[] parts = [.. Enumerable.Range(0, 3).Select(part => Linear(Convert.ToInt32(text.Substring(1 + (part * 2), 2), 16) / 255.0))];
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }

    private static double Linear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double Contrast(double one, double other) => (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);
}
