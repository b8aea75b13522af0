using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cluster.Dashboard;

/// <summary>
/// What can be done to a run: <c>POST /api/runs/NAME/pause</c>, <c>resume</c>, <c>cancel</c>, <c>sample</c>. Each needs the token itself,
/// where one is set, and the header <c>X-Cluster-Request</c>, which a form or a link of another site cannot send.
/// </summary>
internal static class ActionsApi
{
    /// <summary>The header that only a script of these pages, or a person's own command, sends.</summary>
    public const string Header = "X-Cluster-Request";

    /// <summary>Maps them.</summary>
    public static void MapActions(this IEndpointRouteBuilder routes, RunLibrary library, Access access, IGrainFactory grains)
    {
        RouteGroupBuilder runs = routes.MapGroup("/api/runs/{run}");
        runs.AddEndpointFilter(async (context, next) => Refused(context.HttpContext, library, access) ?? await next(context));
        runs.MapPost("/pause", (string run) => Told(grains, run, () => grains.GetGrain<IExperimentGrain>(run).Pause()));
        runs.MapPost("/cancel", (string run) => Told(grains, run, () => grains.GetGrain<IExperimentGrain>(run).Cancel()));
        runs.MapPost("/resume", (string run) => Told(grains, run, () => grains.GetGrain<IClusterGrain>(0).Requeue(run, null)));
        runs.MapPost("/sample", (string run, int? rows, int? columns, ulong? seed) => Tried(async () =>
            rows is < 1 or > 100 || columns is < 1 or > 100
                ? Results.BadRequest("rows and columns are each from 1 to 100")
                : Results.Bytes(await grains.GetGrain<IExperimentGrain>(run).Sample(null, rows ?? 8, columns ?? 8, seed ?? 0), "image/png")));
    }

    private static IResult? Refused(HttpContext context, RunLibrary library, Access access)
    {
        HttpRequest request = context.Request;
        string origin = request.Headers.Origin.ToString();
        if (!access.HasToken(request))
        {
            return Results.Text("This needs the header: Authorization: Bearer TOKEN\n", statusCode: StatusCodes.Status401Unauthorized);
        }

        if (!request.Headers.ContainsKey(Header) || (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}"))
        {
            return Results.Text($"This needs the header {Header}: 1, and a request of these pages themselves\n", statusCode: StatusCodes.Status403Forbidden);
        }

        return library.Find(context.GetRouteValue("run") as string ?? "") is null ? Results.NotFound() : null;
    }

    private static Task<IResult> Told(IGrainFactory grains, string run, Func<Task> act) => Tried(async () =>
    {
        await act();
        RunStatus status = await grains.GetGrain<IExperimentGrain>(run).Status();
        return Results.Json(new Outcome(status.State.ToString().ToLowerInvariant(), status.Step));
    });

    private static async Task<IResult> Tried(Func<Task<IResult>> act)
    {
        try
        {
            return await act();
        }
        catch (InputException problem)
        {
            return Results.Text(problem.Message, statusCode: StatusCodes.Status409Conflict);
        }
        catch (Exception problem) when (problem is Orleans.Runtime.OrleansException or TimeoutException)
        {
            return Results.Text($"The cluster does not answer: {problem.Message}", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // As from a run's folder that somebody has changed: the sentence is for a person, the stack is not.
            return Results.Text(problem.Message, statusCode: StatusCodes.Status500InternalServerError);
        }
    }

    private sealed record Outcome(string State, long Step);
}
