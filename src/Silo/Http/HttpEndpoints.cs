using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cluster.Silo;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: the silo takes calls. <c>/status</c>: what it is and does, as
/// JSON. Health is open to all, because it tells nothing; the rest asks for the token where one is set.
/// </summary>
internal static class HttpEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Map(WebApplication app, HttpOptions options)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Cluster.Http");
        byte[]? token = options.Token is { } text ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : null;
        int refused = 0;
        app.Use(async (context, next) =>
        {
            if (token is not null && !context.Request.Path.StartsWithSegments("/health") && !Knows(context.Request, token))
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
        app.Run(async context =>
        {
            if (context.Request.Method is not ("GET" or "HEAD"))
            {
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                context.Response.Headers.Allow = "GET, HEAD";
                context.Response.Headers.Connection = "close"; // whatever body follows is not read
                await context.Response.WriteAsync("this answers GET alone\n");
                return;
            }

            if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            {
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                context.Response.Headers.Connection = "close";
                await context.Response.WriteAsync("nothing here takes a body\n");
                return;
            }

            SiloStatusPage page = context.RequestServices.GetRequiredService<SiloStatusPage>();
            switch (context.Request.Path.Value)
            {
                case "/health/live":
                    await context.Response.WriteAsync("live\n");
                    break;
                case "/health/ready":
                    context.Response.StatusCode = page.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                    await context.Response.WriteAsync(page.IsReady ? "ready\n" : $"not ready: {page.State}\n");
                    break;
                case "/status":
                    await context.Response.WriteAsJsonAsync(await page.Read(), Json, context.RequestAborted);
                    break;
                default:
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    await context.Response.WriteAsync("there are /health/live, /health/ready and /status\n");
                    break;
            }
        });
    }

    private static bool Knows(HttpRequest request, byte[] token)
    {
        string header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[7..].Trim())), token);
    }
}
