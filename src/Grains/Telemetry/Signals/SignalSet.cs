using Cluster.Contracts;

namespace Cluster.Grains;

/// <summary>All raw signals of one step, as the actors noted them.</summary>
/// <param name="signals">In the actors' order.</param>
internal sealed class SignalSet(IReadOnlyList<StepSignal> signals)
{
    /// <summary>The sum over all actors, element by element; null where nobody noted it.</summary>
    public double[]? Sum(string name)
    {
        double[]? sum = null;
        foreach (StepSignal signal in signals.Where(each => each.Name == name))
        {
            sum ??= new double[signal.Values.Length];
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += signal.Values[i];
            }
        }

        return sum;
    }
}
