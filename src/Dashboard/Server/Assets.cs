using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Cluster.Dashboard;

/// <summary>Pages, styles and scripts, which travel inside the assembly.</summary>
internal static class Assets
{
    private const string Folder = "wwwroot/";

    private static readonly Assembly Home = typeof(Assets).Assembly;

    private static readonly Dictionary<string, Asset> All = Home.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(name => name[Folder.Length..], Load, StringComparer.Ordinal);

    /// <summary>The names of all assets.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>The bytes of an asset.</summary>
    public static ReadOnlyMemory<byte> Bytes(string name) => All[name].Bytes;

    /// <summary>Serves them: the list at <c>/</c>, a run at <c>/runs/NAME</c>, the cluster at <c>/cluster</c>, the rest by their names.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => Answer("index.html"));
        routes.MapGet("/cluster", () => Answer("cluster.html"));
        routes.MapGet("/runs/{run}", (string run) => Answer("run.html"));
        routes.MapGet("/assets/{**path}", (string path) => Answer(path));
    }

    private static IResult Answer(string name) => All.TryGetValue(name, out Asset? asset)
        ? new Revalidated(Results.Bytes(asset.Bytes.ToArray(), asset.Type, entityTag: asset.Tag))
        : Results.NotFound();

    private static Asset Load(string name)
    {
        using Stream stream = Home.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new Asset(bytes, TypeOf(name), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\""));
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };

    private sealed record Asset(byte[] Bytes, string Type, EntityTagHeaderValue Tag);

    /// <summary>An answer that the browser keeps but asks about each time, so that a newer version shows at once.</summary>
    private sealed class Revalidated(IResult inner) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-cache";
            return inner.ExecuteAsync(httpContext);
        }
    }
}
