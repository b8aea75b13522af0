using System.CommandLine;
using System.CommandLine.Invocation;

namespace Cluster.Client;

/// <summary>The command line: parses, runs one verb, and turns what goes wrong into a message and an exit code.</summary>
/// <remarks>
/// Nothing here may touch Orleans, TorchSharp or ASP.NET Core: <c>--help</c> answers without loading them, because only the methods
/// that a verb calls name their types.
/// </remarks>
internal static class Cli
{
    /// <summary>Runs one command.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run(IReadOnlyList<string> args, Terminal terminal)
    {
        Hint.Connected = null;

        // A token that begins with @ is somebody's value, never a file of further arguments.
        ParseResult parsed = Root(terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Reject(parsed, terminal);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,

                // Signals belong to StopSignals.
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception problem)
        {
            return Failure.Report(problem, terminal, parsed.GetValue(Flags.Verbose));
        }
    }

    private static RootCommand Root(Terminal terminal) => new("Trains generative models as a cluster of actors.")
    {
        HelpName = "cluster",
        Options = { Flags.Verbose },
        Subcommands =
        {
            RunVerb.Create(terminal),
            ResumeVerb.Create(terminal),
            RunsVerb.Create(terminal),
            ShowVerb.Create(terminal),
            SampleVerb.Create(terminal),
            EvaluateVerb.Create(terminal),
            ExportVerb.Create(terminal),
            DashboardVerb.Create(terminal),
            ReportVerb.Create(terminal),
            MetricsVerb.Create(terminal),
            DataVerb.Create(terminal),
            PauseVerb.Create(terminal),
            PauseVerb.CreateCancel(terminal),
            UpVerb.Create(terminal),
            DownVerb.Create(terminal),
            StatusVerb.Create(terminal),
            SiloVerb.Create(terminal),
        },
    };

    private static int Reject(ParseResult parsed, Terminal terminal)
    {
        foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
        {
            terminal.Error.WriteLine($"error: {message}");
        }

        List<string> path = [];
        for (Command? command = parsed.CommandResult.Command; command is not (null or RootCommand); command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            path.Insert(0, command.Name);
        }

        terminal.Error.WriteLine($"See {string.Join(' ', path.Prepend(Hint.Program))} --help");
        return ExitCode.BadInput;
    }
}
