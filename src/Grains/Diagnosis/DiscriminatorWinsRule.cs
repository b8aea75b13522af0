using System.Globalization;

namespace Cluster.Grains;

/// <summary>The discriminator is always right: its judgement saturates and teaches the generator little (Arjovsky and Bottou 2017).</summary>
internal sealed class DiscriminatorWinsRule() : Rule(
    "discriminator-wins",
    Severity.Warning,
    string.Create(CultureInfo.InvariantCulture, $"gan, where scores are probabilities: D(x) − D(G(z)) is above {Sure:0.00} in {Rows} rows"))
{
    private const double Sure = 0.97;
    private const int Rows = 15;

    /// <inheritdoc/>
    public override Verdict Judge(SignalHistory rows)
    {
        IReadOnlyList<double> real = rows.Last("realScore", Rows), fake = rows.Last("fakeScore", Rows);
        if (real.Count == 0 || real[^1] - fake[^1] <= Sure)
        {
            return real.Count == 0 ? Verdict.Unknown : Verdict.Clear;
        }

        return real.Count < Rows || real.Zip(fake).Any(each => each.First - each.Second <= Sure)
            ? Verdict.Unknown
            : Verdict.Of(
                string.Create(CultureInfo.InvariantCulture, $"the discriminator wins: it gives data {real[^1]:0.000} and fakes {fake[^1]:0.000}"),
                "lower optimizer.discriminator.learningRate, set model.discriminator.labelSmoothing or spectralNorm, or take objective: wasserstein-gp");
    }
}
