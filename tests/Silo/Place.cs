using System.Globalization;
using System.Security.Cryptography;
using Cluster.Client;
using Cluster.Contracts;
using Cluster.Contracts.Experiments;
using Cluster.Contracts.Runs;

namespace Cluster.Silo.Tests;

/// <summary>A temporary folder with runs in it, and the command in the present process.</summary>
internal sealed class Place : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Root { get; } = Directory.CreateTempSubdirectory("cluster-silo-").FullName;

    public string Runs => Path("runs");

    public string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    public RunFolder Run(string name) => new(Runs, name);

    /// <summary>A tiny experiment as it would be resolved.</summary>
    public static string Experiment(params string[] overrides) => ExperimentFile.Parse(Text, "tiny.yaml", overrides).ToYaml();

    private const string Text = """
        name: tiny
        model:
          kind: gan
          latent: 4
          generator: {hidden: [8]}
          discriminator: {hidden: [8]}
        data: digits
        steps: 30
        batch: 16
        seed: 7
        threads: 1
        checkpoint: {every: 10, keep: 3}
        sample: {every: 0}

        """;

    public string File
    {
        get
        {
            string file = Path("tiny.yaml");
            System.IO.File.WriteAllText(file, Text);
            return file;
        }
    }

    /// <summary>Runs the command.</summary>
    public static async Task<(int Code, string Out, string Error)> Cluster(params string[] args)
    {
        StringWriter output = new(CultureInfo.InvariantCulture);
        StringWriter error = new(CultureInfo.InvariantCulture);
        int code = await Cli.Run(args, new Terminal(output, error, Live: false));
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the command, which must do well.</summary>
    public static async Task<string> Good(params string[] args)
    {
        (int code, string output, string error) = await Cluster(args);
        Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
        return output;
    }

    /// <summary>SHA-256 of the parameters of a run's last checkpoint, by file name.</summary>
    public SortedDictionary<string, string> Sums(string run, string? root = null)
    {
        RunFolder folder = new(root ?? Runs, run);
        string checkpoint = System.IO.Path.Combine(folder.Checkpoints, RunFolder.StepName(RunStateFile.Read(folder)!.Checkpoint));
        return new(Directory.EnumerateFiles(checkpoint, "*.safetensors")
            .ToDictionary(path => System.IO.Path.GetFileName(path), path => Convert.ToHexString(SHA256.HashData(System.IO.File.ReadAllBytes(path)))), StringComparer.Ordinal);
    }

    /// <summary>Waits for something.</summary>
    public static Task Until(Func<Task<bool>> reached, string what) => Until(reached, what, Limit);

    public static async Task Until(Func<Task<bool>> reached, string what, TimeSpan limit)
    {
        long since = TimeProvider.System.GetTimestamp();
        while (!await reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < limit, $"waited in vain for {what}");
            await Task.Delay(25);
        }
    }

    public Task Until(string run, RunState state) => Until(() => Task.FromResult(RunStateFile.Read(Run(run))?.State == state && !Run(run).IsLocked()), $"{run} to be {state}");

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
