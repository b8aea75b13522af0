using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cluster.Dashboard;

/// <summary>Asks for the token before anything below <c>/api</c> is told, and hands out tickets.</summary>
internal static class AccessApi
{
    private const string Address = "/api/access";

    /// <summary>Turns requests below <c>/api</c> away that carry neither token nor ticket. Pages and scripts tell nothing and are open.</summary>
    public static void UseAccess(this IApplicationBuilder app, Access access) => app.Use((context, next) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) && !access.MayRead(context.Request)
            ? Guard.Refuse(context, StatusCodes.Status401Unauthorized, "This needs the header: Authorization: Bearer TOKEN\n")
            : next(context));

    /// <summary>Maps <c>/api/access</c>: what may be done here, and the ticket for what a browser asks without headers.</summary>
    public static void MapAccess(this IEndpointRouteBuilder routes, Access access, bool live) =>
        routes.MapGet(Address, (HttpRequest request) => Results.Json(new Rights(live, access.IsNeeded && access.HasToken(request) ? access.Ticket() : null)));

    /// <param name="Live">Whether a silo answers: there are a map, timelines and buttons.</param>
    /// <param name="Ticket">For addresses; null where none is needed.</param>
    private sealed record Rights(bool Live, string? Ticket);
}
