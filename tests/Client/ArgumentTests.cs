namespace Cluster.Client.Tests;

public sealed class ArgumentTests
{
    [Fact]
    public async Task HelpNamesEveryVerb()
    {
        Outcome help = (await Workplace.Cluster("--help")).Succeeded();
        Assert.All(
            ["run <FILE>", "resume <RUN>", "runs", "show <RUN>", "sample <RUN>", "export <RUN>", "dashboard <RUNS>", "report <RUN>", "metrics <RUN>", "data", "--version", "--verbose"],
            verb => Assert.Contains(verb, help.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run", "--set <key=value>", "--data <DIR>", "--runs <DIR>")]
    [InlineData("resume", "RUN", "--data <DIR>", "--runs <DIR>")]
    [InlineData("sample", "--grid <RxC>", "--seed <N>", "-o, --output <FILE>")]
    [InlineData("export", "RUN", "-o, --output <FILE>", "--runs <DIR>")]
    public async Task HelpOfAVerbNamesItsFlags(string verb, params string[] flags)
    {
        Outcome help = (await Workplace.Cluster(verb, "--help")).Succeeded();
        Assert.All(flags, flag => Assert.Contains(flag, help.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task HelpNeedsNeitherOrleansNorTorchNorTheDashboard()
    {
        using Workplace workplace = new();
        string folder = Directory.CreateDirectory(Path.Combine(workplace.Root, "bare")).FullName;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(IsNeededForHelp))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        using Child child = Child.StartFrom(folder, workplace, "--help");
        Assert.Contains("run <FILE>", (await child.End()).Succeeded().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionIsANumber()
    {
        Outcome version = (await Workplace.Cluster("--version")).Succeeded();
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", version.Out);
    }

    [Theory]
    [InlineData("'--stesp'", "run", "x.yaml", "--stesp", "5")]
    [InlineData("'rnu'", "rnu", "x.yaml")]
    [InlineData("'run'", "run")]
    [InlineData("--seed -1", "sample", "a-001", "--seed", "-1")]
    [InlineData("--seed x", "sample", "a-001", "--seed", "x")]
    [InlineData("'--runs'", "runs", "--runs")]
    public async Task WhatCannotBeParsedIsNamed(string named, params string[] args)
    {
        Outcome refused = (await Workplace.Cluster(args)).Refused(named);
        Assert.Contains("--help", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", refused.Out);
    }

    [Fact]
    public async Task NoVerbIsAMistake() => (await Workplace.Cluster()).Refused("See ./cluster --help");

    [Theory]
    [InlineData("8")]
    [InlineData("0x8")]
    [InlineData("8x101")]
    [InlineData("8x8x8")]
    public async Task AGridIsRowsByColumns(string grid) =>
        (await Workplace.Cluster("sample", "a-001", "--grid", grid)).Refused($"--grid {grid}", "8x8");

    /// <summary>Everything but Orleans, TorchSharp and what serves pages, and the list that would miss them.</summary>
    private static bool IsNeededForHelp(string path)
    {
        string name = Path.GetFileName(path);
        return name == "Cluster.Client.runtimeconfig.json"
            || (name.EndsWith(".dll", StringComparison.Ordinal)
                && !name.StartsWith("Orleans", StringComparison.Ordinal)
                && !name.StartsWith("TorchSharp", StringComparison.Ordinal)
                && !name.StartsWith("Cluster.Dashboard", StringComparison.Ordinal));
    }
}
