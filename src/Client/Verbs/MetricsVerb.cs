using System.CommandLine;
using System.Text;
using Cluster.Contracts.Runs;
using Cluster.Dashboard;

namespace Cluster.Client;

/// <summary><c>cluster metrics RUN</c>: the figures along the steps, as JSON lines or as CSV.</summary>
internal static class MetricsVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();

    private static readonly Option<bool> Csv = new("--csv") { Description = "Comma-separated values with a heading, instead of JSON lines" };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "Where to write it; else standard output",
        HelpName = "FILE",
    };

    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("metrics", "Write a run's figures along the steps: JSON lines, or --csv") { RunArgument, Csv, Output, Runs };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        RunFolder folder = Flags.Find(parsed, RunArgument, Runs);
        if (parsed.GetValue(Output) is { } output)
        {
            await using OutputFile file = OutputFile.Open(output);
            await Write(folder, parsed.GetValue(Csv), file.Stream);
            await file.Finish();
            terminal.Out.WriteLine($"figures of {folder.Name}: {Folders.Shown(file.Path)}");
            return ExitCode.Success;
        }

        using MemoryStream text = new();
        await Write(folder, parsed.GetValue(Csv), text);
        terminal.Out.Write(Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)));
        return ExitCode.Success;
    }

    private static Task Write(RunFolder folder, bool csv, Stream to)
    {
        if (csv)
        {
            return MetricsCsv.Write(folder, to);
        }

        new GrowingFile(folder.Metrics).Read(() => { }, line =>
        {
            to.Write(line);
            to.WriteByte((byte)'\n');
        });
        return Task.CompletedTask;
    }
}
