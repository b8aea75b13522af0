using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cluster.Dashboard;

/// <summary>What every answer carries, and which requests get none.</summary>
internal static class Guard
{
    /// <summary>Nothing comes from elsewhere, nothing is inline, nobody frames the pages.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the guard.</summary>
    /// <param name="app">The application.</param>
    /// <param name="onlyThisMachine">
    /// Whether it listens on the loopback interface alone. Then a name other than this machine's own in <c>Host</c> is a
    /// web site that had its name resolve to 127.0.0.1 (DNS rebinding).
    /// </param>
    /// <param name="onlyReads">Whether nothing can be asked for but answers.</param>
    public static void UseGuard(this IApplicationBuilder app, bool onlyThisMachine, bool onlyReads) => app.Use(async (context, next) =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (onlyThisMachine && context.Request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]" or "::1"))
        {
            await Refuse(context, StatusCodes.Status421MisdirectedRequest, "This dashboard answers to localhost alone.");
        }
        else if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) && IsFromElsewhere(context.Request))
        {
            await Refuse(context, StatusCodes.Status403Forbidden, "Other sites may not read this dashboard.");
        }
        else if (onlyReads && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await Refuse(context, StatusCodes.Status405MethodNotAllowed, "This dashboard only reads: GET.");
        }
        else
        {
            await next(context);
        }
    });

    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers.TryGetValue("Sec-Fetch-Site", out StringValues site) && site.ToString() is not ("same-origin" or "none");

    /// <summary>Ends a request with a plain sentence.</summary>
    public static Task Refuse(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text);
    }
}
