using System.Reflection;
using System.Runtime.Loader;

namespace Cluster.Client.Tests;

public sealed class ArgumentTests
{
    [Fact]
    public async Task HelpNamesEveryVerb()
    {
        Outcome help = (await Workplace.Cluster("--help")).Succeeded();
        Assert.All(
            ["run <FILE>", "resume <RUN>", "runs", "show <RUN>", "sample <RUN>", "export <RUN>", "data", "--version", "--verbose"],
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
    public async Task HelpLoadsNeitherOrleansNorTorch()
    {
        Own context = new();
        Assembly client = context.LoadFromAssemblyName(new AssemblyName("Cluster.Client"));
        object terminal = Activator.CreateInstance(client.GetType("Cluster.Client.Terminal", throwOnError: true)!, new StringWriter(), new StringWriter(), false)!;
        MethodInfo run = client.GetType("Cluster.Client.Cli", throwOnError: true)!.GetMethod("Run")!;

        Assert.Equal(ExitCode.Success, await (Task<int>)run.Invoke(null, [new[] { "--help" }, terminal])!);

        string[] loaded = [.. context.Assemblies.Select(assembly => assembly.GetName().Name!)];
        Assert.Contains("System.CommandLine", loaded);
        Assert.DoesNotContain(loaded, name => name.StartsWith("Orleans", StringComparison.Ordinal) || name.StartsWith("TorchSharp", StringComparison.Ordinal));
        context.Unload();
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

    /// <summary>Loads every assembly of the project anew, so that its list shows what was needed.</summary>
    private sealed class Own() : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName name)
        {
            string path = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
