using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

/// <summary>A temporary folder of runs, written as training writes them.</summary>
internal sealed class RunsRoot : IDisposable
{
    /// <summary>A picture of 3 × 2 grey pixels.</summary>
    public static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mNgaPjP8L+BAQAMAAL/Qg/RMQAAAABJRU5ErkJggg==");

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public RunsRoot()
    {
        Base = Directory.CreateTempSubdirectory("cluster-dashboard-").FullName;
        Path = Directory.CreateDirectory(System.IO.Path.Combine(Base, "runs")).FullName;
    }

    /// <summary>The folder around that of the runs.</summary>
    public string Base { get; }

    public string Path { get; }

    /// <summary>A run with its experiment file and a state.</summary>
    public RunFolder Add(string name, RunState state = RunState.Finished, long step = 100, long steps = 100, string? problem = null)
    {
        RunFolder run = new(Path, name);
        Directory.CreateDirectory(run.Samples);
        Directory.CreateDirectory(run.Checkpoints);
        File.WriteAllText(run.Experiment, "name: some\nmodel:\n  # a comment\n  kind: gan\n  latent: 4\nsteps: 100\n");
        new RunStateFile(state, step, steps, step, 1, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), problem).Write(run);
        Event(run, "started", 0, "from the beginning", seconds: 0);
        return run;
    }

    /// <summary>Appends a row: <c>loss=0.5</c>.</summary>
    public static void Row(RunFolder run, long step, params string[] figures) => File.AppendAllText(
        run.Metrics,
        $"{{\"step\":{step.ToString(CultureInfo.InvariantCulture)}{string.Concat(figures.Select(each => $",\"{each.Split('=')[0]}\":{each.Split('=')[1]}"))}}}\n");

    /// <summary>Rows of one figure, step 0 on.</summary>
    public static void Rows(RunFolder run, string figure, IEnumerable<double> values)
    {
        StringBuilder text = new();
        long step = 0;
        foreach (double value in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{{\"step\":{step++},\"{figure}\":{value:R}}}\n");
        }

        File.AppendAllText(run.Metrics, text.ToString());
    }

    public static void Event(RunFolder run, string kind, long step, string text, double seconds) =>
        Event(run, new RunEvent(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(seconds), kind, step, text));

    public static void Event(RunFolder run, RunEvent entry) => File.AppendAllText(run.Events, JsonSerializer.Serialize(entry, Options) + "\n");

    public static void Sample(RunFolder run, long step) => File.WriteAllBytes(System.IO.Path.Combine(run.Samples, RunFolder.StepName(step) + ".png"), Png);

    public static void Evaluation(RunFolder run, long step, string name) => File.WriteAllBytes(
        System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(run.Evaluation, RunFolder.StepName(step))).FullName, name + ".png"), Png);

    /// <summary>A complete checkpoint with one file.</summary>
    public static string Checkpoint(RunFolder run, long step)
    {
        string folder = Directory.CreateDirectory(System.IO.Path.Combine(run.Checkpoints, RunFolder.StepName(step))).FullName;
        byte[] file = [1, 2, 3, 4];
        File.WriteAllBytes(System.IO.Path.Combine(folder, "generator.safetensors"), file);
        File.WriteAllText(System.IO.Path.Combine(folder, "manifest.json"), JsonSerializer.Serialize(
            new { format = 1, step, files = new[] { new CheckpointFile("generator.safetensors", 4, Convert.ToHexStringLower(SHA256.HashData(file))) } }, Options));
        return folder;
    }

    public void Dispose() => Directory.Delete(Base, recursive: true);
}
