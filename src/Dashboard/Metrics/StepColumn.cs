namespace Cluster.Dashboard;

/// <summary>
/// The steps of one or several figures. Figures that have always stood in the same rows share one, which saves most of
/// the memory that steps would take.
/// </summary>
internal sealed class StepColumn
{
    private long[] _steps;

    public StepColumn() => _steps = new long[16];

    private StepColumn(long[] steps, int count)
    {
        _steps = steps;
        Count = count;
    }

    public int Count { get; private set; }

    /// <summary>The row that brought the last step.</summary>
    public long LastRow { get; private set; } = -1;

    /// <summary>The first so many steps.</summary>
    public ReadOnlySpan<long> First(int count) => _steps.AsSpan(0, count);

    /// <summary>Adds the step of a row.</summary>
    public void Add(long step, long row)
    {
        if (Count == _steps.Length)
        {
            Array.Resize(ref _steps, Growth.Next(Count));
        }

        _steps[Count++] = step;
        LastRow = row;
    }

    /// <summary>A column of its own with the first so many steps.</summary>
    public StepColumn Copy(int count) => new(_steps.AsSpan(0, count).ToArray(), count);

    /// <summary>How arrays of figures grow: long ones by a quarter, so that little of them is empty.</summary>
    internal static class Growth
    {
        public static int Next(int length) => length < 16_384 ? length * 2 : length + (length / 4);
    }
}
