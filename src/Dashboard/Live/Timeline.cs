using Cluster.Contracts;

namespace Cluster.Dashboard;

/// <summary>One step as lanes: who computed, sent and waited, when.</summary>
/// <param name="Trace">The trace, as in OpenTelemetry.</param>
/// <param name="Step">The workflow step.</param>
/// <param name="Seconds">From its first message until its arithmetic was done.</param>
/// <param name="Lanes">One for each actor, in the order of their first messages.</param>
internal sealed record Timeline(string Trace, long Step, double Seconds, IReadOnlyList<Lane> Lanes)
{
    /// <summary>Puts a step's spans into lanes.</summary>
    /// <remarks>Times are those of each silo's own clock: where clocks differ, lanes of different silos are shifted by as much.</remarks>
    public static Timeline? Of(StepTrace trace)
    {
        if (trace.Spans.FirstOrDefault(span => span.Parent is null && span.Step is not null) is not { } whole)
        {
            return null;
        }

        Dictionary<string, StepSpan> byId = trace.Spans.ToDictionary(span => span.Id, StringComparer.Ordinal);
        var pieces = trace.Spans.Where(span => span != whole).Select(span => (Span: span, Message: Message(span, byId))).Where(each => each.Message is not null);
        Lane[] lanes = [.. pieces.GroupBy(each => each.Message!.Actor!, each => each.Span, StringComparer.Ordinal).Select(group => Lane.Of(group.Key, group, whole.Start))];
        return new Timeline(trace.Id, whole.Step!.Value, whole.Seconds, [.. lanes.OrderBy(lane => lane.From).ThenBy(lane => lane.Actor, StringComparer.Ordinal)]);
    }

    /// <summary>The message within which a span lies.</summary>
    private static StepSpan? Message(StepSpan span, Dictionary<string, StepSpan> byId)
    {
        for (StepSpan? each = span; each is not null; each = each.Parent is { } parent ? byId.GetValueOrDefault(parent) : null)
        {
            if (each.Actor is not null)
            {
                return each;
            }
        }

        return null;
    }
}

/// <summary>What one actor did in a step.</summary>
/// <param name="Actor">Its key.</param>
/// <param name="Silo">Where it is.</param>
/// <param name="Device">The thread that computed for it; null where none did.</param>
/// <param name="Computed">Seconds in which its device computed for it.</param>
/// <param name="Sent">Seconds in which it exchanged without computing.</param>
/// <param name="Waited">The rest between its first message and its last work: it waited for its device or for others.</param>
/// <param name="From">When its first message came, in seconds since the step's beginning.</param>
/// <param name="Until">When it had done its last work.</param>
/// <param name="Bars">What to draw, the later above the earlier.</param>
internal sealed record Lane(
    string Actor, string Silo, string? Device, double Computed, double Sent, double Waited, double From, double Until, IReadOnlyList<Bar> Bars)
{
    /// <summary>The lane of an actor's spans.</summary>
    public static Lane Of(string actor, IEnumerable<StepSpan> spans, DateTime start)
    {
        Bar[] bars = [.. spans.Select(span => Bar.Of(span, start)).OrderBy(bar => bar.Kind).ThenBy(bar => bar.From)];
        double computed = Covered(bars.Where(bar => bar.Kind == BarKind.Compute));
        double worked = Covered(bars.Where(bar => bar.Kind != BarKind.Message));
        double from = bars.Min(bar => bar.From), until = bars.Max(bar => bar.From + bar.Seconds);
        return new Lane(
            actor,
            spans.Select(span => span.Actor is null ? null : span.Place).FirstOrDefault(place => place is not null) ?? "",
            spans.Select(span => span.Actor is null ? span.Place : null).FirstOrDefault(place => place is not null),
            computed,
            worked - computed,
            until - from - worked,
            from,
            until,
            bars);
    }

    /// <summary>Length of the union.</summary>
    private static double Covered(IEnumerable<Bar> bars)
    {
        double covered = 0, until = double.NegativeInfinity;
        foreach (Bar bar in bars.OrderBy(bar => bar.From))
        {
            covered += Math.Max(0, bar.From + bar.Seconds - Math.Max(until, bar.From));
            until = Math.Max(until, bar.From + bar.Seconds);
        }

        return covered;
    }
}

/// <summary>A piece of a lane.</summary>
/// <param name="Kind">What the actor did.</param>
/// <param name="Label">The message, or the work.</param>
/// <param name="From">Seconds since the step's beginning.</param>
/// <param name="Seconds">How long.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
internal sealed record Bar(BarKind Kind, string Label, double From, double Seconds, string? Problem)
{
    /// <summary>The bar of a span.</summary>
    public static Bar Of(StepSpan span, DateTime start) => new(
        span.Actor is not null ? BarKind.Message : span.Name.StartsWith("device", StringComparison.Ordinal) ? BarKind.Compute : BarKind.Send,
        span.Label ?? (span.Actor is null ? span.Name : ""),
        (span.Start - start).TotalSeconds,
        span.Seconds,
        span.Problem);
}

/// <summary>What an actor does in a stretch of a step, in the order of drawing.</summary>
internal enum BarKind
{
    /// <summary>It has a message; where nothing lies above, it waits.</summary>
    Message,

    /// <summary>It exchanges gradients and values.</summary>
    Send,

    /// <summary>Its device computes.</summary>
    Compute,
}
