using System.Text.Json;
using Cluster.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cluster.Silo;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: the silo takes calls. <c>/status</c>: what it is and does, as
/// JSON. <c>/</c>: the dashboard. Health and the pages themselves are open to all, because they tell nothing; the rest asks for
/// the token where one is set.
/// </summary>
internal static class HttpEndpoints
{
    private static readonly string[] Open = ["/health", "/assets", "/runs", "/cluster"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Map(WebApplication app, SiloSettings settings)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Cluster.Http");
        Access access = new(settings.Http.Token, TimeProvider.System);
        int refused = 0;
        app.Use(async (context, next) =>
        {
            if (!IsOpen(context.Request.Path) && !access.MayRead(context.Request))
            {
                // Once: somebody who guesses must not fill the disk.
                if (Interlocked.Exchange(ref refused, 1) == 0)
                {
                    logger.LogWarning("A request from {Address} without the token was refused; further ones are not logged", context.Connection.RemoteIpAddress);
                }

                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer";
                await context.Response.WriteAsync("this needs the header: Authorization: Bearer TOKEN\n");
                return;
            }

            await next(context);
        });
        app.Use(Refuse);
        app.UseDashboard(
            new DashboardOptions { Runs = settings.Folders.Runs, Address = settings.Http.IP, Token = settings.Http.Token, Grains = app.Services.GetRequiredService<IGrainFactory>() },
            access);
        app.MapGet("/health/live", () => "live\n");
        app.MapGet("/health/ready", (SiloStatusPage page) => Results.Text(
            page.IsReady ? "ready\n" : $"not ready: {page.State}\n",
            statusCode: page.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/status", async (SiloStatusPage page) => Results.Json(await page.Read(), Json));
        app.MapFallback(() => Results.Text("there are /, /cluster, /health/live, /health/ready and /status\n", statusCode: StatusCodes.Status404NotFound));
    }

    /// <summary>Nothing here takes a body, and only the dashboard's actions are more than a question: the rest is turned away unread.</summary>
    private static async Task Refuse(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !(HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments("/api", StringComparison.Ordinal)))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            context.Response.Headers.Connection = "close"; // whatever body follows is not read
            await context.Response.WriteAsync("this answers GET alone\n");
        }
        else if (request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            context.Response.Headers.Connection = "close";
            await context.Response.WriteAsync("nothing here takes a body\n");
        }
        else
        {
            await next(context);
        }
    }

    private static bool IsOpen(PathString path) => path == "/" || Open.Any(each => path.StartsWithSegments(each, StringComparison.Ordinal));
}
