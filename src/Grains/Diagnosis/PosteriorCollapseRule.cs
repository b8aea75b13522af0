using System.Globalization;

namespace Cluster.Grains;

/// <summary>The posterior has become the prior: codes say nothing of their images, and the decoder has learned to do without (Bowman et al. 2016).</summary>
internal sealed class PosteriorCollapseRule() : Rule(
    "posterior-collapse",
    Severity.Warning,
    string.Create(CultureInfo.InvariantCulture, $"vae: no unit of the code is active and kl is below {Least:0.0} nats in {Rows} rows"))
{
    /// <summary>Nats.</summary>
    private const double Least = 0.1;

    /// <summary>A healthy run begins so too, but not for long.</summary>
    private const int Rows = 20;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows) => rows.Last("activeUnits", 1) is [> 0]
        ? Verdict.Clear
        : Lasting(rows, "kl", Rows, value => value < Least, value => Verdict.Of(
            string.Create(CultureInfo.InvariantCulture, $"the posterior has collapsed: codes hold {value:0.000} nats of their images"),
            "lower model.beta, take a smaller decoder, or a larger optimizer.encoder.learningRate"));
}
