using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cluster.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cluster.Dashboard;

/// <summary>
/// What changes, as server-sent events. Files are looked at by the clock, because change notices do not come from
/// network file systems.
/// </summary>
internal static class LiveApi
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Maps <c>/api/live</c> for the list and <c>/api/runs/NAME/live</c> for one run.</summary>
    public static void MapLive(this IEndpointRouteBuilder routes, RunLibrary library, MetricsStore store, TimeSpan poll)
    {
        RunSummaries summaries = new(TimeProvider.System);
        CancellationToken stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        routes.MapGet("/api/live", (string? metric, CancellationToken cancellation) =>
            TypedResults.ServerSentEvents(Polled(new ListWatch(library, summaries, metric).Look, poll * 2, stopping, cancellation)));
        routes.MapGet("/api/runs/{run}/live", (string run, CancellationToken cancellation) => library.Find(run) is { } folder
            ? TypedResults.ServerSentEvents(Polled(new RunWatch(folder, summaries, store).Look, poll, stopping, cancellation))
            : Results.NotFound());
    }

    /// <summary>One message.</summary>
    public static SseItem<string> Message(string kind, object data) => new(JsonSerializer.Serialize(data, Options), kind);

    private static async IAsyncEnumerable<SseItem<string>> Polled(
        Func<IEnumerable<SseItem<string>>> look, TimeSpan poll, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellation)
    {
        const int Patience = 20;
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellation);

        // A first message at once tells the browser that the connection stands.
        yield return Message("ping", new { });
        for (int quiet = 0; !either.IsCancellationRequested; quiet++)
        {
            foreach (SseItem<string> item in look())
            {
                quiet = 0;
                yield return item;
            }

            if (quiet == Patience)
            {
                quiet = 0;
                yield return Message("ping", new { });
            }

            await Task.Delay(poll, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
