using Microsoft.Playwright;

namespace Cluster.Dashboard.Tests;

/// <summary>A headless Chromium for the tests of a class, driven by Playwright; it starts with the first page.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>How long something is waited for, ms: silos of which one is killed on a machine with much other work take their time.</summary>
    internal const float Patience = 180_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Opens a page in a profile of its own.</summary>
    /// <param name="address">Where it goes; null leaves it empty.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="dark">Whether the system is dark.</param>
    internal async Task<BrowserPage> Open(Uri? address, int width = 1300, int height = 900, bool dark = false)
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = BrowserFactAttribute.Chromium,
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            Timeout = Patience,
        });
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        context.SetDefaultTimeout(Patience);
        BrowserPage page = new(context, await context.NewPageAsync());
        if (address is not null)
        {
            await page.Page.GotoAsync(address.ToString());
        }

        return page;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }
}
