using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Cluster.Dashboard.Tests;

/// <summary>A page, and what it complained of.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => Complaints.Enqueue(error);
        page.Console += (_, line) => Complaints.Enqueue($"{line.Type}: {line.Text} {line.Location}");
    }

    public IPage Page { get; }

    /// <summary>Errors, what the policy refused, what failed to load: the pages write nothing to the console themselves.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Elements by a CSS selector.</summary>
    public ILocator this[string selector] => Page.Locator(selector);

    /// <summary>Waits until an expression is true.</summary>
    public async Task Until(string expression)
    {
        try
        {
            // A function is compiled once; an expression would be at every look, which the pages' policy refuses.
            await Page.WaitForFunctionAsync($"() => {expression}");
        }
        catch (Exception late) when (late is TimeoutException or PlaywrightException)
        {
            Assert.Fail($"never true: {expression}\n{late.Message}\n{string.Join('\n', Complaints)}\n{await Page.InnerTextAsync("body")}");
        }
    }

    /// <summary>What assistive software is told: role and name of every element, as the browser computes them.</summary>
    public async Task<IReadOnlyList<(string Role, string Name)>> Accessible()
    {
        ICDPSession session = await _context.NewCDPSessionAsync(Page);
        JsonElement tree = (await session.SendAsync("Accessibility.getFullAXTree"))!.Value;
        await session.DetachAsync();
        return [.. tree.GetProperty("nodes").EnumerateArray().Where(node => !node.GetProperty("ignored").GetBoolean()).Select(node => (Of(node, "role"), Of(node, "name")))];
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private static string Of(JsonElement node, string property) =>
        node.TryGetProperty(property, out JsonElement value) && value.TryGetProperty("value", out JsonElement text) ? text.GetString() ?? "" : "";
}
