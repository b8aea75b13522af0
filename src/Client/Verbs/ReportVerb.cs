using System.CommandLine;
using Cluster.Contracts.Runs;
using Cluster.Dashboard;

namespace Cluster.Client;

/// <summary><c>cluster report RUN</c>: charts, pictures, events and the experiment in one HTML file.</summary>
internal static class ReportVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();
    private static readonly Option<string?> Output = Flags.Output("html");
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("report", "Write a run as one HTML file: charts, pictures, events, experiment") { RunArgument, Output, Runs };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        RunFolder folder = Flags.Find(parsed, RunArgument, Runs);
        await using OutputFile file = OutputFile.Open(parsed.GetValue(Output) ?? $"{folder.Name}.html");
        await RunReport.Write(folder, file.Stream);
        await file.Finish();
        terminal.Out.WriteLine($"report of {folder.Name}: {Folders.Shown(file.Path)}");
        return ExitCode.Success;
    }
}
