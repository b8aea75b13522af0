namespace Cluster.Contracts.Experiments;

/// <summary>One mistake in an experiment file or in a <c>--set</c> flag.</summary>
/// <param name="File">The file as the caller named it; for an override, the flag itself (<c>--set steps=-1</c>).</param>
/// <param name="Line">1-based; 0 where no line applies (flags, files that cannot be read).</param>
/// <param name="Column">1-based; 0 where none applies.</param>
/// <param name="Key">Path of the key, as <c>model.generator.hidden[1]</c>; empty where the mistake belongs to no key.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ExperimentFileError(string File, int Line, int Column, string Key, string Message)
{
    /// <summary><c>file:line:column: key: message</c>, one line, for a terminal.</summary>
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}:{Column}" : File;
        return Key.Length > 0 ? $"{place}: {Key}: {Message}" : $"{place}: {Message}";
    }
}
