using System.CommandLine;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>Flags and arguments that several verbs share, with one meaning.</summary>
internal static class Flags
{
    /// <summary>The folder of runs where <c>--runs</c> is not given.</summary>
    public const string DefaultRuns = "runs";

    /// <summary>Of every verb.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Tell more on standard error: the actors' log, stack traces",
        Recursive = true,
    };

    /// <summary><c>--connect HOST:PORT</c>.</summary>
    public static Option<string?> Connect { get; } = new("--connect")
    {
        Description = "A cluster of other processes: HOST:PORT of a silo's port for clients, several with commas, or the folder of cluster up",
        HelpName = "HOST:PORT",
    };

    /// <summary><c>--priority N</c>.</summary>
    public static Option<int?> Priority() => new("--priority")
    {
        Description = "With --connect: its place in the queue, the higher first, from -1000 to 1000 [default: 0]",
        HelpName = "N",
    };

    /// <summary><c>--owner NAME</c>.</summary>
    public static Option<string?> Owner() => new("--owner")
    {
        Description = "With --connect: whose run it is; turns go round among owners [default: the user's name]",
        HelpName = "NAME",
    };

    /// <summary>The owner that a person gave; else the user, as far as the name can be one.</summary>
    public static string OwnerOf(ParseResult parsed, Option<string?> flag) =>
        parsed.GetValue(flag) ?? new string([.. Environment.UserName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.').Take(64)]);

    /// <summary><c>--detach</c>.</summary>
    public static Option<bool> Detach() => new("--detach")
    {
        Description = "With --connect: hand the run in and leave; the cluster trains it",
    };

    /// <summary>The priority that a person gave.</summary>
    /// <exception cref="Contracts.InputException">It is out of range.</exception>
    public static int? PriorityOf(ParseResult parsed, Option<int?> flag) => parsed.GetValue(flag) is { } priority && priority is < -1000 or > 1000
        ? throw new Contracts.InputException($"--priority {priority} must be a whole number from -1000 to 1000")
        : parsed.GetValue(flag);

    /// <summary><c>--runs DIR</c>.</summary>
    public static Option<string> Runs() => new("--runs")
    {
        Description = "The folder that holds all runs",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultRuns,
    };

    /// <summary><c>--data DIR</c>.</summary>
    public static Option<string?> Data() => new("--data")
    {
        Description = "The folder that holds the data sets; else $CLUSTER_DATA, ./data, ../shared/data",
        HelpName = "DIR",
    };

    /// <summary><c>--dashboard</c>.</summary>
    public static Option<bool> Watch() => new("--dashboard") { Description = "Show the run in the browser while it trains, at an address that is printed" };

    /// <summary><c>-o FILE</c>.</summary>
    /// <param name="extension">What the file is, as <c>png</c>.</param>
    public static Option<string?> Output(string extension) => new("--output", "-o")
    {
        Description = $"Where to write it; else a name in this folder after the run and the step, .{extension}",
        HelpName = "FILE",
    };

    /// <summary><c>RUN</c>.</summary>
    public static Argument<string> Run() => new("RUN")
    {
        Description = "A run's name, or the path of its folder",
    };

    /// <summary>The run that a person named.</summary>
    /// <exception cref="Contracts.InputException">There is none, or the folder of runs is none.</exception>
    public static RunFolder Find(ParseResult parsed, Argument<string> run, Option<string> runs) =>
        RunFolder.Find(Folders.Runs(parsed.GetRequiredValue(runs)), parsed.GetRequiredValue(run));
}
