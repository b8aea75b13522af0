using System.Globalization;

namespace Cluster.Client.Tests;

/// <summary>A temporary folder with a tiny experiment, and the command in the present process.</summary>
internal sealed class Workplace : IDisposable
{
    private const string Tiny = """
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
        sample: {every: 10, grid: 2x3}

        """;

    public Workplace()
    {
        Root = Directory.CreateTempSubdirectory("cluster-client-").FullName;
        File = Path("tiny.yaml");
        Runs = Path("runs");
        System.IO.File.WriteAllText(File, Tiny);
    }

    public string Root { get; }

    /// <summary>The tiny experiment.</summary>
    public string File { get; }

    public string Runs { get; }

    /// <summary>A path in the folder.</summary>
    public string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>A path in a run's folder.</summary>
    public string InRun(string run, params string[] parts) => System.IO.Path.Combine([Runs, run, .. parts]);

    /// <summary>Runs the command as it is.</summary>
    public static async Task<Outcome> Cluster(params string[] args)
    {
        StringWriter output = new(CultureInfo.InvariantCulture);
        StringWriter error = new(CultureInfo.InvariantCulture);
        int code = await Cli.Run(args, new Terminal(output, error, Live: false));
        return new Outcome(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the command on this folder's runs.</summary>
    public Task<Outcome> Here(params string[] args) => Cluster([.. args, "--runs", Runs]);

    /// <summary>Trains the tiny experiment to its end; its run is <c>tiny-001</c> the first time.</summary>
    public async Task<Outcome> Train(params string[] more) => (await Here(["run", File, .. more])).Succeeded();

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
