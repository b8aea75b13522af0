using System.Globalization;
using Cluster.Models.Variational;

namespace Cluster.Grains;

/// <summary>What a VAE's posteriors say of each dimension of the code.</summary>
internal static class CodeSignals
{
    /// <summary>Up to so many dimensions each has a figure of its own; of more there is the summary alone.</summary>
    public const int Listed = 16;

    private const string Divergence = "divergence", Means = "means", Squares = "squares", Rows = "rows";

    /// <summary>Notes an encoder's minibatch.</summary>
    public static void Note(SignalBook book, long step, IReadOnlyList<PosteriorSums> pieces)
    {
        book.Note(step, Divergence, Sum(pieces, piece => piece.Divergence));
        book.Note(step, Means, Sum(pieces, piece => piece.Means));
        book.Note(step, Squares, Sum(pieces, piece => piece.Squares));
        book.Note(step, Rows, pieces.Sum(piece => piece.Rows));
    }

    /// <summary>The figures of a step, over the minibatches of all encoders.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(SignalSet signals)
    {
        if (signals.Sum(Divergence) is not { } sums || signals.Sum(Rows) is not [var rows])
        {
            yield break;
        }

        double[] divergence = [.. sums.Select(sum => sum / rows)], sorted = [.. divergence.Order()];
        yield return new("kl", divergence.Sum());
        yield return new("klMin", sorted[0]);
        yield return new("klMedian", (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2);
        yield return new("klMax", sorted[^1]);
        yield return new("activeUnits", PosteriorSums.ActiveUnits(signals.Sum(Means)!, signals.Sum(Squares)!, rows));
        for (int i = 0; divergence.Length <= Listed && i < divergence.Length; i++)
        {
            yield return new("kl." + i.ToString(CultureInfo.InvariantCulture), divergence[i]);
        }
    }

    private static double[] Sum(IReadOnlyList<PosteriorSums> pieces, Func<PosteriorSums, double[]> part) =>
        [.. Enumerable.Range(0, part(pieces[0]).Length).Select(i => pieces.Sum(piece => part(piece)[i]))];
}
