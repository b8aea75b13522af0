using System.CommandLine;
using System.Globalization;
using System.Text;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster evaluate RUN</c>: figures and pictures of the newest sound checkpoint on held-out data.</summary>
internal static class EvaluateVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();

    private static readonly Option<string?> To = new("--to")
    {
        Description = "The folder that gets the pictures (default: evaluation in the run's folder, by step)",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("evaluate", "Judge a run's newest checkpoint on held-out data: figures and pictures") { RunArgument, To, Data, Runs, Flags.Connect };
        verb.SetAction((parsed, cancellation) => Run(parsed, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        (RunFolder folder, ClusterLink cluster) = await ClusterLink.Find(parsed, RunArgument, Runs, Data);
        await using ClusterLink open = cluster;
        IExperimentGrain run = cluster.Experiment(folder.Name);
        string step = await Checkpoints.Choose(run, terminal);
        string pictures = parsed.GetValue(To) is { } to ? Folders.Full("--to", to) 
            : Directory.Exists(folder.Path) ? Path.Combine(folder.Evaluation, step)
            : Path.GetFullPath($"{folder.Name}-evaluation-{step}"); // a cluster's folder that is not on this machine
        List<string[]> table = [["FIGURE", "VALUE", "+-", "UNIT"]];
        List<string> drawn = [];
        List<List<string[]>> tables = [];
        ProgressLines progress = new(terminal.Out, TimeProvider.System);
        await foreach (EvaluationItem item in run.Evaluate(cancellation))
        {
            switch (item.Kind)
            {
                case EvaluationKind.Figure:
                    table.Add([item.Name, Number(item.Value), double.IsNaN(item.StandardError) ? "" : Number(item.StandardError), item.Unit]);
                    break;
                case EvaluationKind.Picture:
                    drawn.Add(Save(pictures, item.Name + ".png", item));
                    break;
                case EvaluationKind.Table:
                    drawn.Add(Save(pictures, item.Name + ".csv", item));
                    tables.Add([[item.Name, ""], .. Encoding.UTF8.GetString(item.File!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))]);
                    break;
                default:
                    progress.Tell(item.Name);
                    break;
            }
        }

        terminal.Out.WriteLine($"{folder.Name} at {step}");
        TextTable.Write(terminal.Out, table);
        foreach (List<string[]> rows in tables)
        {
            terminal.Out.WriteLine($"\n{rows[0][0]}");
            TextTable.Write(terminal.Out, rows[1..]);
        }

        foreach (string picture in drawn)
        {
            terminal.Out.WriteLine(Folders.Shown(picture));
        }

        return ExitCode.Success;
    }

    private static string Save(string folder, string name, EvaluationItem picture)
    {
        string path = Path.Combine(folder, name);
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.WriteAllBytes(path, picture.File!);
            return path;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be written: {problem.Message}; name another folder with --to DIR");
        }
    }

    /// <summary>A word on long work every few seconds; short work says nothing.</summary>
    private sealed class ProgressLines(TextWriter to, TimeProvider time)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

        private long _last = time.GetTimestamp();

        public void Tell(string text)
        {
            long now = time.GetTimestamp();
            if (time.GetElapsedTime(_last, now) >= Pause)
            {
                _last = now;
                to.WriteLine(text);
            }
        }
    }

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
