namespace Cluster.Client.Tests;

/// <summary>Mistakes a person can make, each with exit code 2 and a message that says what is wrong and where.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("stepps: 5", "tiny.yaml:1:1", "stepps", "steps")]
    [InlineData("model: {kind: gan, latnet: 4}", "tiny.yaml:1:", "model.latnet", "latent")]
    [InlineData("steps: many", "tiny.yaml:1:8", "steps", "many")]
    [InlineData("steps: -5", "tiny.yaml:1:8", "steps", "-5")]
    [InlineData("steps: [", "tiny.yaml", "", "")]
    public async Task AMistakeInTheFileIsPlaced(string yaml, string place, string key, string word)
    {
        File.WriteAllText(_place.File, yaml);
        (await _place.Here("run", _place.File)).Refused(place, key, word);
        Assert.False(Directory.Exists(_place.Runs));
    }

    [Theory]
    [InlineData("stepps=5", "steps")]
    [InlineData("steps=-1", "-1")]
    [InlineData("steps=many", "many")]
    [InlineData("steps", "key=value")]
    [InlineData("model.generator.hidden=8", "list")]
    public async Task AMistakeInAnOverrideNamesTheFlag(string set, string word) =>
        (await _place.Here("run", _place.File, "--set", set)).Refused($"--set {set}", word);

    [Fact]
    public async Task EveryMistakeIsTold()
    {
        File.WriteAllText(_place.File, "stepps: 5\nbatch: 0\n");
        Outcome refused = (await _place.Here("run", _place.File)).Refused("tiny.yaml:1:1", "tiny.yaml:2:8");
        Assert.All(refused.Error.TrimEnd().Split('\n'), line => Assert.StartsWith("error: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileThatIsNotThere() => (await _place.Here("run", _place.Path("none.yaml"))).Refused("none.yaml", "no such file");

    [Fact]
    public async Task AFolderInPlaceOfTheFile() => (await _place.Here("run", _place.Root)).Refused(_place.Root, "folder");

    [Fact]
    public async Task AnUnknownDataSet() => (await _place.Here("run", _place.File, "--set", "data=digitz")).Refused("digitz", "digits");

    [Fact]
    public async Task ABatchLargerThanTheData() => (await _place.Here("run", _place.File, "--set", "batch=100000")).Refused("batch", "100000");

    [Fact]
    public async Task ADataFolderThatIsNotThere() =>
        (await _place.Here("run", _place.File, "--data", _place.Path("nowhere"))).Refused("--data", "nowhere");

    [Fact]
    public async Task ARunsFolderThatIsAFile() =>
        (await Workplace.Cluster("run", _place.File, "--runs", _place.File)).Refused("--runs", "file");

    /// <summary>Permissions do not stop the superuser, but nobody makes a folder below a file.</summary>
    [Fact]
    public async Task ARunsFolderThatCannotBeWritten() =>
        (await Workplace.Cluster("run", _place.File, "--runs", Path.Combine(_place.File, "runs"))).Refused("cannot write", "--runs");

    [Theory]
    [InlineData("show")]
    [InlineData("resume")]
    [InlineData("sample")]
    [InlineData("export")]
    public async Task AnUnknownRun(string verb) => (await _place.Here(verb, "tiny-099")).Refused("unknown run", "tiny-099", _place.Runs);

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("")]
    public async Task ANameThatLeavesTheFolder(string name) => (await _place.Here("show", name)).Refused("unknown run");

    [Fact]
    public async Task VerboseShowsTheStack()
    {
        Outcome refused = await _place.Here("show", "tiny-099", "--verbose");
        Assert.Equal(ExitCode.BadInput, refused.Code);
        Assert.Contains("   at ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoRunsIsNoMistake() => Assert.Contains("No runs", (await _place.Here("runs")).Succeeded().Out, StringComparison.Ordinal);
}
