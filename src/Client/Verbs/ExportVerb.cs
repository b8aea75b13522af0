using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster export RUN</c>: the newest sound checkpoint's parameters as one safetensors file.</summary>
internal static class ExportVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();
    private static readonly Option<string?> Output = Flags.Output("safetensors");
    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("export", "Write a run's parameters as a safetensors file that PyTorch opens") { RunArgument, Output, Data, Runs, Flags.Connect };
        verb.SetAction((parsed, cancellation) => Run(parsed, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        (RunFolder folder, ClusterLink cluster) = await ClusterLink.Find(parsed, RunArgument, Runs, Data);
        await using ClusterLink open = cluster;
        IExperimentGrain run = cluster.Experiment(folder.Name);
        string step = await Checkpoints.Choose(run, terminal);
        await using OutputFile file = OutputFile.Open(parsed.GetValue(Output) ?? $"{folder.Name}-{step}.safetensors");
        long bytes = 0;
        await foreach (byte[] piece in run.Export(cancellation))
        {
            await file.Write(piece);
            bytes += piece.Length;
        }

        await file.Finish();
        terminal.Out.WriteLine($"parameters of {folder.Name} at {step}, {bytes} bytes: {Folders.Shown(file.Path)}");
        return ExitCode.Success;
    }
}
