using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Cluster.Dashboard.Tests;

/// <summary>
/// Takes the pictures of the README from a run that trains: <c>CLUSTER_PAGE</c> names its page, <c>CLUSTER_PICTURES</c> the folder.
/// </summary>
public sealed class Pictures(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly string? Page = Environment.GetEnvironmentVariable("CLUSTER_PAGE");
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CLUSTER_PICTURES");

    [PictureFact]
    public async Task OfARunAndOfWhereItWorks()
    {
        await using BrowserPage shown = await browser.Open(new Uri(Page!), 1360, 860);
        IPage page = shown.Page;
        await shown.Until("document.querySelectorAll('.chart canvas').length >= 3 && document.querySelector('#viewer img')?.naturalWidth > 0 && document.querySelector('#timeline-rows tr')");
        await shown["#smooth"].FillAsync("0.7");
        await shown["#smooth"].BlurAsync();
        await shown.Until("document.fonts.status === 'loaded' && document.getAnimations().every(each => each.playState !== 'pending')");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, "dashboard.png") });

        // The busiest part of the page: the timeline with the silos below it.
        await page.SetViewportSizeAsync(1360, 2400);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await Expect(shown["#silos .actors li.busy"].First).ToBeVisibleAsync();
        LocatorBoundingBoxResult timeline = (await shown["#timeline"].BoundingBoxAsync())!, work = (await shown["#work"].BoundingBoxAsync())!;
        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Folder!, "timeline.png"),
            FullPage = true,
            Clip = new Clip { X = 0, Y = timeline.Y - 14, Width = 1360, Height = work.Y + work.Height - timeline.Y + 32 },
        });
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PictureFactAttribute : FactAttribute
    {
        public PictureFactAttribute() =>
            Skip = BrowserFactAttribute.Chromium is null || Page is null || Folder is null ? "takes pictures where CLUSTER_PAGE and CLUSTER_PICTURES are set" : null!;
    }
}
