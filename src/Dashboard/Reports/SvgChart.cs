using System.Globalization;
using System.Net;
using System.Text;

namespace Cluster.Dashboard;

/// <summary>A line chart as inline SVG. Colours come from the page's classes, so that it follows dark and light.</summary>
internal static class SvgChart
{
    private const double Width = 560, Height = 220, Left = 52, Right = 20, Top = 10, Bottom = 28;

    /// <summary>Draws a figure along the steps.</summary>
    /// <param name="title">What it is, for those who do not see it.</param>
    /// <param name="curve">The points.</param>
    /// <param name="smooth">A moving average drawn above them; null for none.</param>
    public static string Draw(string title, Curve curve, Curve? smooth)
    {
        (double low, double high) = Range(curve.Values);
        (double first, double last) = curve.Steps.Count == 0 ? (0, 1) : (curve.Steps[0], Math.Max(curve.Steps[0] + 1, curve.Steps[^1]));
        double X(double step) => Left + ((step - first) / (last - first) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((value - low) / (high - low) * (Height - Top - Bottom));

        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">");
        foreach (double tick in Ticks.Between(low, high, 4))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):0.#}\" y2=\"{Y(tick):0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{Ticks.Text(tick)}</text>");
        }

        foreach (double tick in Ticks.Between(first, last, 6))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(tick):0.#}\" y=\"{Height - 8}\" text-anchor=\"middle\">{Ticks.Text(tick)}</text>");
        }

        Line(svg, smooth is null ? "line" : "line faint", curve, X, Y);
        if (smooth is not null)
        {
            Line(svg, "line", smooth, X, Y);
        }

        return svg.Append("</svg>").ToString();
    }

    private static void Line(StringBuilder svg, string style, Curve curve, Func<double, double> x, Func<double, double> y)
    {
        if (curve.Steps.Count == 1)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"dot\" r=\"4\" cx=\"{x(curve.Steps[0]):0.#}\" cy=\"{y(curve.Values[0]):0.#}\"/>");
            return;
        }

        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{style}\" points=\"");
        for (int point = 0; point < curve.Steps.Count; point++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"{x(curve.Steps[point]):0.#},{y(curve.Values[point]):0.#} ");
        }

        svg.Append("\"/>");
    }

    /// <summary>The values' range with a little air, and never empty.</summary>
    private static (double Low, double High) Range(IReadOnlyList<double> values)
    {
        double low = values.Count == 0 ? 0 : values.Min(), high = values.Count == 0 ? 1 : values.Max();
        double air = high > low ? (high - low) * 0.05 : Math.Max(Math.Abs(low) * 0.1, 1e-9);
        return (low - air, high + air);
    }
}
