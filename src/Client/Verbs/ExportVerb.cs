using System.CommandLine;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Cluster.Dashboard;

namespace Cluster.Client;

/// <summary>
/// <c>cluster export RUN</c>: the newest sound checkpoint's parameters as one safetensors file; with
/// <c>--tensorboard</c> the figures and pictures instead.
/// </summary>
internal static class ExportVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();
    private static readonly Option<string?> Output = Flags.Output("safetensors");

    private static readonly Option<string?> TensorBoard = new("--tensorboard")
    {
        Description = "Write figures and pictures as a TensorBoard event file below this folder instead",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("export", "Write a run's parameters as a safetensors file that PyTorch opens") { RunArgument, Output, TensorBoard, Data, Runs, Flags.Connect };
        verb.SetAction((parsed, cancellation) => Run(parsed, terminal, cancellation));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        if (parsed.GetValue(TensorBoard) is { } logs)
        {
            return parsed.GetValue(Flags.Connect) is null
                ? WriteEvents(Flags.Find(parsed, RunArgument, Runs), logs, parsed.GetValue(Output), terminal)
                : throw new InputException("--tensorboard reads the run's folder; run it where the runs are, without --connect");
        }

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

    private static int WriteEvents(RunFolder folder, string logs, string? output, Terminal terminal)
    {
        if (output is not null)
        {
            throw new InputException("--output is for parameters; --tensorboard DIR alone says where the event file goes");
        }

        string full = Folders.Full("--tensorboard", logs);
        try
        {
            EventFileResult written = EventFile.Write(folder, full);
            terminal.Out.WriteLine($"{written.Events} events of {folder.Name}: {Folders.Shown(written.Path)}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--tensorboard {logs} cannot be written: {problem.Message}; name a folder");
        }

        terminal.Out.WriteLine($"Look at it with: tensorboard --logdir {Hint.Quoted(Folders.Shown(full))}");
        return ExitCode.Success;
    }
}
