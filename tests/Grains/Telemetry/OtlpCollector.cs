using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cluster.Grains.Tests;

/// <summary>Receives OTLP over gRPC and over HTTP with protobuf, and keeps the requests' bytes.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    /// <summary>Spans by name.</summary>
    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    /// <summary>Metrics by name, with unit and the keys of their tags.</summary>
    public ConcurrentDictionary<string, (string Unit, HashSet<string> Tags)> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>Lines of logs.</summary>
    public ConcurrentQueue<OtlpLog> Logs { get; } = new();

    /// <summary>Attributes of the resources that sent something.</summary>
    public ConcurrentDictionary<string, string> Resource { get; } = new(StringComparer.Ordinal);

    public Uri Address { get; private set; } = null!;

    public static async Task<OtlpCollector> Start(HttpProtocols protocol)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        OtlpCollector collector = new(builder.Build());
        collector._app.Run(collector.Receive);
        await collector._app.StartAsync();
        collector.Address = new Uri(collector._app.Urls.Single());
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Receive(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        byte[] request = body.ToArray();
        bool grpc = context.Request.ContentType == "application/grpc";
        Protobuf message = new(grpc ? request.AsMemory(5) : request); // gRPC: a flag and a length
        if (context.Request.Path.Value!.Contains("trace", StringComparison.OrdinalIgnoreCase))
        {
            foreach (Protobuf resourceSpans in message.Messages(1))
            {
                TakeResource(resourceSpans);
                foreach (Protobuf span in resourceSpans.Messages(2).SelectMany(scope => scope.Messages(2)))
                {
                    Spans.Enqueue(OtlpSpan.Of(span));
                }
            }
        }
        else if (context.Request.Path.Value!.Contains("logs", StringComparison.OrdinalIgnoreCase))
        {
            foreach (Protobuf resourceLogs in message.Messages(1))
            {
                TakeResource(resourceLogs);
                foreach (Protobuf line in resourceLogs.Messages(2).SelectMany(scope => scope.Messages(2)))
                {
                    Logs.Enqueue(OtlpLog.Of(line));
                }
            }
        }
        else
        {
            foreach (Protobuf resourceMetrics in message.Messages(1))
            {
                TakeResource(resourceMetrics);
                foreach (Protobuf metric in resourceMetrics.Messages(2).SelectMany(scope => scope.Messages(2)))
                {
                    TakeMetric(metric);
                }
            }
        }

        if (grpc)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers["grpc-status"] = "0";
        }
    }

    private void TakeResource(Protobuf parent)
    {
        foreach ((string key, string value) in parent.Messages(1).SelectMany(resource => resource.Attributes(1)))
        {
            Resource[key] = value;
        }
    }

    private void TakeMetric(Protobuf metric)
    {
        // Gauge 5, sum 7, histogram 9, exponential histogram 10; data points are their field 1; attributes 7 of numbers, 9 of histograms.
        var entry = Metrics.GetOrAdd(metric.Text(1), _ => (metric.Text(3), new HashSet<string>(StringComparer.Ordinal)));
        foreach ((int kind, int attributes) in new[] { (5, 7), (7, 7), (9, 9), (10, 1) })
        {
            foreach ((string key, _) in metric.Messages(kind).SelectMany(data => data.Messages(1)).SelectMany(point => point.Attributes(attributes)))
            {
                lock (entry.Tags)
                {
                    entry.Tags.Add(key);
                }
            }
        }
    }
}

/// <summary>One span as it came over the wire.</summary>
internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes)
{
    public static OtlpSpan Of(Protobuf span) => new(
        Convert.ToHexString(span.Bytes(1).Span),
        Convert.ToHexString(span.Bytes(2).Span),
        Convert.ToHexString(span.Bytes(4).Span),
        span.Text(5),
        span.Attributes(9).GroupBy(each => each.Key, StringComparer.Ordinal).ToDictionary(each => each.Key, each => each.First().Value, StringComparer.Ordinal));
}

/// <summary>One line of a log as it came over the wire.</summary>
internal sealed record OtlpLog(string Severity, string Body, string Trace, IReadOnlyDictionary<string, string> Attributes)
{
    public static OtlpLog Of(Protobuf line) => new(
        line.Text(3), // field 3: the severity's text; 5: the body; 6: attributes; 9: the trace
        line.Messages(5).Select(body => body.Text(1)).FirstOrDefault() ?? "",
        Convert.ToHexString(line.Bytes(9).Span),
        line.Attributes(6).GroupBy(each => each.Key, StringComparer.Ordinal).ToDictionary(each => each.Key, each => each.First().Value, StringComparer.Ordinal));
}

/// <summary>Just enough of protobuf's wire format to read messages whose field numbers are known.</summary>
internal sealed class Protobuf(ReadOnlyMemory<byte> bytes)
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = Read(bytes);

    public IEnumerable<Protobuf> Messages(int field) => _fields.Where(each => each.Field == field).Select(each => new Protobuf(each.Bytes));

    public ReadOnlyMemory<byte> Bytes(int field) => _fields.FirstOrDefault(each => each.Field == field).Bytes;

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field).Span);

    /// <summary>Key-values: key 1, value 2, of which text 1, truth 2, whole number 3.</summary>
    public IEnumerable<(string Key, string Value)> Attributes(int field) => Messages(field).Select(pair =>
    {
        Protobuf value = pair.Messages(2).First();
        (int Field, ulong Number, ReadOnlyMemory<byte> Bytes) first = value._fields.FirstOrDefault();
        return (pair.Text(1), first.Field == 1 ? value.Text(1) : first.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
    });

    private static List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> Read(ReadOnlyMemory<byte> bytes)
    {
        List<(int, ulong, ReadOnlyMemory<byte>)> fields = [];
        for (int at = 0; at < bytes.Length;)
        {
            ulong tag = Varint(bytes.Span, ref at);
            int field = (int)(tag >> 3), length;
            switch (tag & 7)
            {
                case 0:
                    fields.Add((field, Varint(bytes.Span, ref at), default));
                    break;
                case 2:
                    length = (int)Varint(bytes.Span, ref at);
                    fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                default:
                    length = (tag & 7) == 1 ? 8 : 4;
                    fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
            }
        }

        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }
    }
}
