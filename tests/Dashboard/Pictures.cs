using System.Text.Json.Nodes;

namespace Cluster.Dashboard.Tests;

/// <summary>
/// Takes the pictures of the README from a run that trains: <c>CLUSTER_PAGE</c> names its page, <c>CLUSTER_PICTURES</c> the folder.
/// </summary>
public sealed class Pictures
{
    private static readonly string? Page = Environment.GetEnvironmentVariable("CLUSTER_PAGE");
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CLUSTER_PICTURES");

    [PictureFact]
    public async Task OfARunAndOfWhereItWorks()
    {
        await using Browser browser = await Browser.Start();
        await browser.Look(1360, 860);
        await browser.Go(new Uri(Page!));
        await browser.Until("document.querySelectorAll('.chart canvas').length >= 3 && document.querySelector('#viewer img')?.naturalWidth > 0 && document.querySelector('#timeline-rows tr')");
        await browser.Value("document.getElementById('smooth').value = 0.7, document.getElementById('smooth').dispatchEvent(new Event('input'))");
        await browser.Until("document.fonts.status === 'loaded' && document.getAnimations().every(each => each.playState !== 'pending')");
        await File.WriteAllBytesAsync(Path.Combine(Folder!, "dashboard.png"), await browser.Picture(0, 0, 1360, 860));

        // The busiest part of the page: the timeline with the silos below it.
        await browser.Look(1360, 2400, dark: true);
        JsonNode box = (await browser.Value("(() => { const top = document.getElementById('timeline').getBoundingClientRect().top, end = document.getElementById('work').getBoundingClientRect().bottom; return [top, end]; })()"))!;
        double top = (double)box[0]! - 14;
        await browser.Until("document.querySelector('#silos .actors li.busy')");
        await File.WriteAllBytesAsync(Path.Combine(Folder!, "timeline.png"), await browser.Picture(0, top, 1360, (double)box[1]! + 18 - top));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PictureFactAttribute : FactAttribute
    {
        public PictureFactAttribute() =>
            Skip = BrowserFactAttribute.Chromium is null || Page is null || Folder is null ? "takes pictures where CLUSTER_PAGE and CLUSTER_PICTURES are set" : null!;
    }
}
