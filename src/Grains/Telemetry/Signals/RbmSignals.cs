using Cluster.Models.Boltzmann;

namespace Cluster.Grains;

/// <summary>Whether a Boltzmann machine overfits, and whether its chains move.</summary>
internal static class RbmSignals
{
    private const string FreeEnergy = "freeEnergy", Moments = "moments", Swaps = "swaps";

    /// <summary>Notes mean free energies of data that are the same at each survey (Hinton 2010, section 6).</summary>
    public static void NoteFreeEnergy(SignalBook book, long step, double train, double heldOut) => book.Note(step, FreeEnergy, train, heldOut);

    /// <summary>Notes how the particles' states before and after an update agree.</summary>
    public static void NoteChains(SignalBook book, long step, ChainMoments moments) =>
        book.Note(step, Moments, moments.Product, moments.Before, moments.After);

    /// <summary>Notes the swaps since the last report: of each pair of neighbours the sum of acceptance rates, then their rounds.</summary>
    public static void NoteSwaps(SignalBook book, long step, SwapTally swaps) => book.Note(step, Swaps, [.. swaps.Accepted, .. swaps.Rounds]);

    /// <summary>The figures of a step.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(SignalSet signals)
    {
        if (signals.Sum(FreeEnergy) is [var train, var heldOut])
        {
            yield return new("freeEnergyTrain", train);
            yield return new("freeEnergyHeldOut", heldOut);
            yield return new("freeEnergyGap", heldOut - train);
        }

        if (signals.Sum(Moments) is [var product, var before, var after])
        {
            yield return new("chainAutocorrelation", new ChainMoments(product, before, after).Correlation);
        }

        if (signals.Sum(Swaps) is { } swaps)
        {
            int pairs = swaps.Length / 2;
            double[] rates = [.. Enumerable.Range(0, pairs).Where(pair => swaps[pairs + pair] > 0).Select(pair => swaps[pair] / swaps[pairs + pair])];
            if (rates.Length > 0)
            {
                yield return new("swapRateMin", rates.Min());
            }
        }
    }
}
