using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>Commands to copy from a message, ready for the shell.</summary>
internal static class Hint
{
    /// <summary>How people call this program.</summary>
    public const string Program = "./cluster";

    /// <summary>What <c>--connect</c> said in this command; null for a silo in this process.</summary>
    public static string? Connected { get; set; }

    /// <summary>A verb on a run, with <c>--runs</c> where the run is not in the default folder.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="run">The run.</param>
    /// <param name="more">Further arguments.</param>
    public static string Command(string verb, RunFolder run, string more = "")
    {
        string text = $"{Program} {verb} {run.Name}";
        if (Connected is { } address)
        {
            text += $" --connect {Quoted(address)}";
        }
        else if (Path.GetFullPath(run.Root) != Path.GetFullPath(Flags.DefaultRuns))
        {
            text += $" --runs {Quoted(Folders.Shown(run.Root))}";
        }

        return more.Length == 0 ? text : $"{text} {more}";
    }

    /// <summary>A word that a POSIX shell reads as it is written here.</summary>
    public static string Quoted(string word) => word.Length > 0 && word.All(each => char.IsAsciiLetterOrDigit(each) || "/._-+=:,@%".Contains(each, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
