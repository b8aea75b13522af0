using Cluster.Contracts;
using Cluster.Contracts.Experiments;

namespace Cluster.Client;

/// <summary>Turns an exception into a message on standard error and an exit code.</summary>
internal static class Failure
{
    /// <summary>Reports it; the stack trace only with <c>--verbose</c>.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Report(Exception problem, Terminal terminal, bool verbose)
    {
        Exception cause = Cause(problem);
        bool input = IsInput(cause);

        // Each line of a bad experiment file is a mistake of its own; other messages have one, with details below it.
        string between = cause is ExperimentFileException ? "\nerror: " : "\n";
        terminal.Error.WriteLine($"error: {cause.Message.TrimEnd().Replace("\n", between, StringComparison.Ordinal)}");

        if (verbose)
        {
            terminal.Error.WriteLine(problem);
        }
        else if (!input)
        {
            terminal.Error.WriteLine($"({cause.GetType().Name}; --verbose shows where)");
        }

        return input ? ExitCode.BadInput : ExitCode.FailedRun;
    }

    private static bool IsInput(Exception problem) => problem is InputException or ExperimentFileException;

    /// <summary>The first in the chain that a person can put right; the innermost where there is none.</summary>
    private static Exception Cause(Exception problem)
    {
        Exception last = problem;
        for (Exception? each = problem; each is not null; each = each.InnerException)
        {
            if (IsInput(each))
            {
                return each;
            }

            last = each;
        }

        return last;
    }
}
