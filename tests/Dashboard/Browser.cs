using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cluster.Dashboard.Tests;

/// <summary>A headless Chromium with one page, driven over its debugging protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly SemaphoreSlim _sending = new(1);
    private Task _receiving = Task.CompletedTask;
    private string? _session;
    private int _sent;

    private Browser(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>What the page complained of: errors, refused by the policy, failed to load.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Starts it with an empty page.</summary>
    public static async Task<Browser> Start()
    {
        string profile = Directory.CreateTempSubdirectory("cluster-browser-").FullName;
        ProcessStartInfo start = new(BrowserFactAttribute.Chromium!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[]
        {
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
            "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        Browser browser = new(process, profile);
        using CancellationTokenSource patience = new(Patience);
        const string Told = "DevTools listening on ";
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync(patience.Token);
            Assert.NotNull(line);
        }
        while (!line.StartsWith(Told, StringComparison.Ordinal));

        // What nobody reads would fill the pipe and stop the browser.
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        await browser._socket.ConnectAsync(new Uri(line[Told.Length..]), patience.Token);
        browser._receiving = browser.Receive();
        JsonNode target = await browser.Send("Target.createTarget", new { url = "about:blank" });
        JsonNode session = await browser.Send("Target.attachToTarget", new { targetId = (string)target["targetId"]!, flatten = true });
        browser._session = (string)session["sessionId"]!;
        foreach (string domain in new[] { "Page", "Runtime", "Log", "Accessibility" })
        {
            await browser.Send(domain + ".enable", new { });
        }

        return browser;
    }

    /// <summary>Sets the size of the page, and whether the system is dark.</summary>
    public async Task Look(int width, int height, bool dark = false)
    {
        await Send("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await Send("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });
    }

    public Task Go(Uri address) => Send("Page.navigate", new { url = address.ToString() });

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonNode?> Value(string expression)
    {
        JsonNode answer = await Send("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer["exceptionDetails"]?.ToJsonString()}");
        return answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task Until(string expression)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!(bool)(await Value($"Boolean({expression})"))!)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"never true: {expression}\n{string.Join('\n', Complaints)}\n{await Value("document.body?.innerText")}");
            await Task.Delay(30);
        }
    }

    /// <summary>Cuts the page off from every network.</summary>
    public async Task Offline()
    {
        await Send("Network.enable", new { });
        await Send("Network.emulateNetworkConditions", new { offline = true, latency = 0, downloadThroughput = -1, uploadThroughput = -1 });
    }

    /// <summary>A part of the page as bytes of a PNG.</summary>
    public async Task<byte[]> Picture(double x, double y, double width, double height) => Convert.FromBase64String((string)(await Send(
        "Page.captureScreenshot", new { format = "png", captureBeyondViewport = true, clip = new { x, y, width, height, scale = 1 } }))["data"]!);

    /// <summary>Presses a key where the focus is.</summary>
    public async Task Press(string key, string? text = null)
    {
        await Send("Input.dispatchKeyEvent", new { type = "keyDown", key, text = text ?? "" });
        await Send("Input.dispatchKeyEvent", new { type = "keyUp", key });
    }

    /// <summary>Moves the focus on.</summary>
    public async Task Tab()
    {
        await Send("Input.dispatchKeyEvent", new { type = "rawKeyDown", key = "Tab", code = "Tab", windowsVirtualKeyCode = 9 });
        await Send("Input.dispatchKeyEvent", new { type = "keyUp", key = "Tab", code = "Tab", windowsVirtualKeyCode = 9 });
    }

    /// <summary>Draws a line with the mouse.</summary>
    public async Task Drag(double fromX, double fromY, double toX, double toY)
    {
        await Send("Input.dispatchMouseEvent", new { type = "mouseMoved", x = fromX, y = fromY });
        await Send("Input.dispatchMouseEvent", new { type = "mousePressed", x = fromX, y = fromY, button = "left", clickCount = 1 });
        for (int part = 1; part <= 4; part++)
        {
            await Send("Input.dispatchMouseEvent", new { type = "mouseMoved", x = fromX + ((toX - fromX) * part / 4), y = fromY + ((toY - fromY) * part / 4), button = "left", buttons = 1 });
        }

        await Send("Input.dispatchMouseEvent", new { type = "mouseReleased", x = toX, y = toY, button = "left", clickCount = 1 });
    }

    /// <summary>What assistive software is told: role and name of every element.</summary>
    public async Task<IReadOnlyList<(string Role, string Name)>> Accessible()
    {
        JsonNode tree = await Send("Accessibility.getFullAXTree", new { });
        return [.. tree["nodes"]!.AsArray().Where(node => !(bool)node!["ignored"]!).Select(node => ((string?)node!["role"]?["value"] ?? "", (string?)node["name"]?["value"] ?? ""))];
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _closing.Dispose();
        _sending.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A helper of the browser that still goes down may write once more.
        }
    }

    private async Task<JsonNode> Send(string method, object parameters)
    {
        int id = Interlocked.Increment(ref _sent);
        TaskCompletionSource<JsonNode> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        Dictionary<string, object> message = new(StringComparer.Ordinal) { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            message["sessionId"] = _session;
        }

        await _sending.WaitAsync(_closing.Token);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(Patience, _closing.Token);
    }

    private async Task Receive()
    {
        byte[] buffer = new byte[64 * 1024];
        using MemoryStream message = new();
        while (!_closing.IsCancellationRequested)
        {
            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(buffer.AsMemory(), _closing.Token);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                Take(JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!);
                message.SetLength(0);
            }
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id && _waiting.TryRemove((int)id, out TaskCompletionSource<JsonNode>? waiting))
        {
            if (message["error"] is { } error)
            {
                waiting.SetException(new InvalidOperationException(error.ToJsonString()));
            }
            else
            {
                waiting.SetResult(message["result"]!);
            }
        }
        else if ((string?)message["method"] is "Runtime.exceptionThrown" or "Log.entryAdded")
        {
            Complaints.Enqueue(message["params"]!.ToJsonString());
        }
    }
}
