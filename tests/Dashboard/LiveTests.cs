using System.Net.ServerSentEvents;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class LiveTests : IDisposable
{
    private readonly RunsRoot _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task ARunTellsOfNewRowsEventsPicturesCheckpointsAndItsState()
    {
        RunFolder run = _runs.Add("a", RunState.Paused, step: 1);
        RunsRoot.Row(run, 1, "loss=4");
        await using Served served = await Served.Start(_runs);
        await using Listener live = await Listener.To(served, "/api/runs/a/live");
        Assert.Equal("paused", (await live.Next("run", _ => true)).GetProperty("state").GetString());
        Assert.Equal(1, (await live.Next("rows", _ => true)).GetProperty("rows").GetInt64());

        RunsRoot.Row(run, 2, "loss=3.5", "score=1");
        JsonElement rows = await live.Next("rows", each => each.GetProperty("rows").GetInt64() == 2);
        Assert.Equal("[{\"name\":\"loss\",\"count\":2,\"last\":3.5},{\"name\":\"score\",\"count\":1,\"last\":1}]", rows.GetProperty("metrics").GetRawText());

        RunsRoot.Event(run, "warning", 2, "the discriminator wins", seconds: 1);
        Assert.Equal("the discriminator wins", (await live.Next("event", _ => true)).GetProperty("text").GetString());

        RunsRoot.Sample(run, 2);
        Assert.Equal("[2]", (await live.Next("samples", each => each.GetArrayLength() > 0)).GetRawText());

        RunsRoot.Evaluation(run, 2, "latent");
        Assert.Equal("latent", (await live.Next("evaluations", each => each.GetArrayLength() > 0))[0].GetProperty("name").GetString());

        RunsRoot.Checkpoint(run, 2);
        Assert.Equal("step-000002", (await live.Next("checkpoints", each => each.GetArrayLength() > 0))[0].GetProperty("name").GetString());

        (RunStateFile.Read(run)! with { State = RunState.Finished, Step = 2 }).Write(run);
        Assert.Equal(2, (await live.Next("run", each => each.GetProperty("state").GetString() == "finished")).GetProperty("step").GetInt64());

        // A resumed run writes the rows after its checkpoint again.
        AtomicFile.WriteAllBytes(run.Metrics, "{\"step\":1,\"loss\":4}\n"u8);
        Assert.Equal(1, (await live.Next("rows", each => each.GetProperty("restarts").GetInt32() == 1)).GetProperty("rows").GetInt64());
    }

    [Fact]
    public async Task TheListTellsOfRunsThatComeChangeAndGo()
    {
        _runs.Add("a");
        await using Served served = await Served.Start(_runs);
        await using Listener live = await Listener.To(served, "/api/live");
        Assert.Equal("a", (await live.Next("run", _ => true)).GetProperty("name").GetString());

        RunFolder second = _runs.Add("b", RunState.Running, step: 0);
        Assert.Equal("b", (await live.Next("run", _ => true)).GetProperty("name").GetString());
        RunsRoot.Row(second, 7, "loss=0.5");
        JsonElement changed = await live.Next("run", each => each.GetProperty("figures").GetArrayLength() > 0);
        Assert.Equal(("b", 0.5), (changed.GetProperty("name").GetString(), changed.GetProperty("figures")[0].GetProperty("value").GetDouble()));

        Directory.Delete(second.Path, recursive: true);
        Assert.Equal("b", (await live.Next("gone", _ => true)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task TheServerStopsThoughSomebodyListens()
    {
        _runs.Add("a");
        Served served = await Served.Start(_runs);
        await using Listener live = await Listener.To(served, "/api/live");
        await live.Next("run", _ => true);
        await served.DisposeAsync();
    }

    /// <summary>A browser's view of server-sent events.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

        private readonly CancellationTokenSource _patience;
        private readonly Stream _stream;
        private readonly IAsyncEnumerator<SseItem<string>> _items;

        private Listener(Stream stream, CancellationTokenSource patience)
        {
            _stream = stream;
            _patience = patience;
            _items = SseParser.Create(stream).EnumerateAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        }

        public static async Task<Listener> To(Served served, string path)
        {
            HttpResponseMessage answer = await served.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
            return new Listener(await answer.Content.ReadAsStreamAsync(), new CancellationTokenSource(Patience));
        }

        /// <summary>The next message of a kind that has what is waited for.</summary>
        public async Task<JsonElement> Next(string kind, Func<JsonElement, bool> has)
        {
            while (await _items.MoveNextAsync())
            {
                JsonElement data = JsonSerializer.Deserialize<JsonElement>(_items.Current.Data);
                if (_items.Current.EventType == kind && has(data))
                {
                    return data;
                }
            }

            throw new InvalidOperationException($"the stream ended before a message of kind {kind}");
        }

        public async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync();
            _patience.Dispose();
        }
    }
}
