namespace Cluster.Contracts.Experiments;

/// <summary>An experiment file that cannot be used. The message is ready for a terminal: one line for each mistake.</summary>
public sealed class ExperimentFileException : Exception
{
    private const int Shown = 20;

    public ExperimentFileException(IReadOnlyList<ExperimentFileError> errors) : base(Text(errors)) => Errors = errors;

    /// <summary>All mistakes, those of the file in the order of its lines, then those of the flags. Never empty.</summary>
    public IReadOnlyList<ExperimentFileError> Errors { get; }

    private static string Text(IReadOnlyList<ExperimentFileError> errors)
    {
        var text = string.Join('\n', errors.Take(Shown));
        return errors.Count > Shown ? $"{text}\nand {errors.Count - Shown} more" : text;
    }
}
