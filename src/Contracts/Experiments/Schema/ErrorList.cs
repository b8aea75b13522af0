namespace Cluster.Contracts.Experiments.Schema;

/// <summary>Mistakes found so far, so that one run tells all of them.</summary>
internal sealed class ErrorList
{
    private readonly List<ExperimentFileError> errors = [];

    public void Add(Place at, string key, string message) => errors.Add(new(at.Source, at.Line, at.Column, key, message));

    /// <exception cref="ExperimentFileException">There is at least one mistake.</exception>
    public void ThrowIfAny()
    {
        if (errors.Count == 0) return;
        // One section read for several roles tells each of its mistakes several times.
        throw new ExperimentFileException(
            [.. errors.Distinct().OrderBy(e => e.Line == 0).ThenBy(e => e.Line).ThenBy(e => e.Column)]);
    }

    /// <summary>For a mistake after which nothing more can be read.</summary>
    public static ExperimentFileException Fatal(Place at, string message) =>
        new([new(at.Source, at.Line, at.Column, "", message)]);
}
