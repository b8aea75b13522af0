namespace Cluster.Grains;

/// <summary>Swaps between neighbouring temperatures, added up from report to report: in each round every second pair has its turn.</summary>
/// <param name="pairs">Pairs of neighbours.</param>
internal sealed class SwapTally(int pairs)
{
    /// <summary>Sum of acceptance rates of each pair.</summary>
    public double[] Accepted { get; } = new double[pairs];

    /// <summary>Rounds in which each pair had its turn.</summary>
    public double[] Rounds { get; } = new double[pairs];

    /// <summary>Adds a round; NaN for pairs that did not have their turn.</summary>
    public void Add(IReadOnlyList<double> rates)
    {
        for (int pair = 0; pair < rates.Count; pair++)
        {
            if (!double.IsNaN(rates[pair]))
            {
                Accepted[pair] += rates[pair];
                Rounds[pair]++;
            }
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Array.Clear(Accepted);
        Array.Clear(Rounds);
    }
}
