namespace Cluster.Grains;

/// <summary>The mean of one figure since the last checkpoint, by which the best checkpoint is known.</summary>
/// <param name="name">The figure; empty for none.</param>
internal sealed class FigureMean(string name)
{
    private double _sum;
    private int _count;

    public void Add(IReadOnlyDictionary<string, double> figures)
    {
        if (name.Length > 0)
        {
            _sum += figures[name];
            _count++;
        }
    }

    /// <summary>The mean so far, and begins anew; null where nothing was added.</summary>
    public double? Take()
    {
        double? mean = _count > 0 ? _sum / _count : null;
        Clear();
        return mean is { } value && double.IsFinite(value) ? value : null;
    }

    public void Clear() => (_sum, _count) = (0, 0);
}
