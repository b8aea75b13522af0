using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary><c>cluster sample RUN</c>: a picture of samples from the newest sound checkpoint.</summary>
internal static class SampleVerb
{
    private static readonly Argument<string> RunArgument = Flags.Run();

    private static readonly Option<string> Grid = new("--grid")
    {
        Description = "Rows and columns, each from 1 to 100",
        HelpName = "RxC",
        DefaultValueFactory = _ => "8x8",
    };

    private static readonly Option<string?> Picture = new("--picture")
    {
        Description = "Which of the pictures that the model draws, as samples, interpolation, classes, filters, atoms; a wrong name lists them (default: its first)",
        HelpName = "NAME",
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Names the samples' latents: the same seed draws the same picture",
        HelpName = "N",
        CustomParser = ReadSeed,
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<double> Truncation = new("--truncation")
    {
        Description = "Largest absolute value of a latent's element, as 0.5: larger ones are drawn anew; less variety, and samples more alike (default: no bound)",
        HelpName = "X",
        CustomParser = ReadTruncation,
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<string?> Output = Flags.Output("png");
    private static readonly Option<string?> Data = Flags.Data();
    private static readonly Option<string> Runs = Flags.Runs();

    /// <summary>The verb.</summary>
    public static Command Create(Terminal terminal)
    {
        Command verb = new("sample", "Draw samples from a run's newest checkpoint") { RunArgument, Picture, Grid, Seed, Truncation, Output, Data, Runs, Flags.Connect };
        verb.SetAction((parsed, _) => Run(parsed, terminal));
        return verb;
    }

    private static async Task<int> Run(ParseResult parsed, Terminal terminal)
    {
        string text = parsed.GetRequiredValue(Grid);
        SampleGrid grid = SampleGrid.TryParse(text)
            ?? throw new InputException($"--grid {text} must be ROWSxCOLUMNS such as 8x8, each from 1 to 100");
        ulong seed = parsed.GetValue(Seed);
        string? picture = parsed.GetValue(Picture);
        (RunFolder folder, ClusterLink cluster) = await ClusterLink.Find(parsed, RunArgument, Runs, Data);
        await using ClusterLink open = cluster;
        IExperimentGrain run = cluster.Experiment(folder.Name);
        string step = await Checkpoints.Choose(run, terminal);
        await using OutputFile file = OutputFile.Open(
            parsed.GetValue(Output) ?? string.Create(CultureInfo.InvariantCulture, $"{folder.Name}-{step}-{(picture is null ? "" : picture + "-")}seed-{seed}.png"));
        await file.Write(await run.Sample(picture, grid.Rows, grid.Columns, seed, parsed.GetValue(Truncation)));
        await file.Finish();
        terminal.Out.WriteLine($"{grid} {picture ?? "samples"} of {folder.Name} at {step}, seed {seed}: {Folders.Shown(file.Path)}");
        return ExitCode.Success;
    }

    private static double ReadTruncation(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double bound) && bound is >= 0.1 and <= 1000)
        {
            return bound;
        }

        result.AddError($"--truncation {text} must be a number from 0.1 to 1000");
        return 0;
    }

    private static ulong ReadSeed(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
        {
            return seed;
        }

        result.AddError($"--seed {text} must be a whole number from 0 to {ulong.MaxValue}");
        return 0;
    }
}
