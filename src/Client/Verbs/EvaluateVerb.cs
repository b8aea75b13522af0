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

    private static readonly Option<string?> Classifier = new("--classifier")
    {
        Description = "What samples are judged by, in place of the experiment file's evaluate.classifier: a run of kind classifier, or a .safetensors file that export wrote of one",
        HelpName = "RUN|FILE",
    };

    private static readonly Option<string?> Samples = new("--samples")
    {
        Description = "Judge these images beside the run's data in place of the model's samples: .npy with bytes, or floats from 0 to 1",
        HelpName = "FILE.npy",
    };

    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("evaluate", "Judge a run's newest checkpoint on held-out data: figures and pictures") { RunArgument, Classifier, Samples, To, Data, Runs, Flags.Connect };
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
        List<string[]> table = [["FIGURE", "VALUE", "+-", "HELD-OUT", "UNIT"]];
        List<string> drawn = [];
        List<List<string[]>> tables = [];
        ProgressLines progress = new(terminal.Out, TimeProvider.System);
        await foreach (EvaluationItem item in run.Evaluate(Request(parsed), cancellation))
        {
            switch (item.Kind)
            {
                case EvaluationKind.Figure:
                    table.Add([item.Name, Number(item.Value), Number(item.StandardError), Number(item.HeldOut), item.Unit]);
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
        TextTable.Write(terminal.Out, Filled(table));
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

    /// <summary>What is wanted otherwise than the file says. Files are looked for from here.</summary>
    private static EvaluationRequest Request(ParseResult parsed)
    {
        string? classifier = parsed.GetValue(Classifier), samples = parsed.GetValue(Samples);
        if (samples is not null && !samples.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
        {
            throw new InputException($"--samples {samples} must be a file that ends in .npy");
        }

        return new EvaluationRequest(
            classifier?.EndsWith(".safetensors", StringComparison.Ordinal) == true ? Path.GetFullPath(classifier) : classifier,
            samples is null ? null : Path.GetFullPath(samples));
    }

    /// <summary>A column that no figure fills is left out.</summary>
    private static IReadOnlyList<string[]> Filled(List<string[]> table)
    {
        int[] columns = [.. Enumerable.Range(0, table[0].Length).Where(column => column < 2 || table.Skip(1).Any(row => row[column].Length > 0))];
        return [.. table.Select(row => (string[])[.. columns.Select(column => row[column])])];
    }

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString("G6", CultureInfo.InvariantCulture);
}
