using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
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
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Maps <c>/api/live</c> for the list, <c>/api/runs/NAME/live</c> for one run and <c>/api/cluster/live</c> for the cluster, where there is one.</summary>
    public static void MapLive(this IEndpointRouteBuilder routes, RunLibrary library, MetricsStore store, ClusterView? cluster, TimeSpan poll)
    {
        RunSummaries summaries = new(TimeProvider.System);
        CancellationToken stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        routes.MapGet("/api/live", (string? metric, CancellationToken cancellation) =>
            TypedResults.ServerSentEvents(Polled(new ListWatch(library, summaries, metric).Look, poll * 2, stopping, cancellation)));
        routes.MapGet("/api/runs/{run}/live", (string run, CancellationToken cancellation) => library.Find(run) is { } folder
            ? TypedResults.ServerSentEvents(Polled(Run(folder), poll, stopping, cancellation))
            : Results.NotFound());
        if (cluster is not null)
        {
            routes.MapGet("/api/cluster/live", (CancellationToken cancellation) =>
                TypedResults.ServerSentEvents(Polled(new ClusterWatch(cluster, run: null).Look, poll, stopping, cancellation)));
        }

        Func<IEnumerable<SseItem<string>>> Run(RunFolder folder)
        {
            Func<IEnumerable<SseItem<string>>> files = new RunWatch(folder, summaries, store).Look;
            if (cluster is null)
            {
                return files;
            }

            ClusterWatch work = new(cluster, folder.Name);
            return () => files().Concat(work.Look());
        }
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
