using System.Text;
using Cluster.Contracts.Experiments;
using static Cluster.Contracts.Tests.Mistakes;

namespace Cluster.Contracts.Tests;

/// <summary>Files that are no experiment file at all: missing, folders, binary, broken YAML, hostile YAML.</summary>
public sealed class BadTextTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cluster-contracts-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("null\n")]
    public void EmptyFiles(string yaml) =>
        Assert.Equal("x.yaml:1:1: is empty; the smallest experiment file is: model: {kind: gan}", Of(yaml));

    [Theory]
    [InlineData("gan", "x.yaml:1:1: must be keys with values, but is gan; the smallest experiment file is: model: {kind: gan}")]
    [InlineData("- gan", "x.yaml:1:1: must be keys with values, but is a list; the smallest experiment file is: model: {kind: gan}")]
    [InlineData("model: &m gan", "x.yaml:1:8: the anchor &m is not allowed; write the value out where it is needed")]
    [InlineData("model: gan\ndata: *m", "x.yaml:2:7: the alias *m is not allowed; write the value out")]
    [InlineData("model: gan\n<<: *m", "x.yaml:2:5: the alias *m is not allowed; write the value out")]
    [InlineData("model: !!python/object gan", "x.yaml:1:8: the tag tag:yaml.org,2002:python/object is not allowed; write the plain value")]
    [InlineData("model: gan\n---\nmodel: gan", "x.yaml:2:1: a second document begins here; an experiment file holds one")]
    [InlineData("model: gan\nsample:\n\tevery: 5", "x.yaml:3:1: a tab stands in the indentation; YAML wants spaces")]
    [InlineData("model: gan\nsample:\n  every: 5\n \tseed: 5", "x.yaml:4:2: a tab stands in the indentation; YAML wants spaces")]
    [InlineData("model: gan\nsteps: [1, 2\nname: x\n", "x.yaml:2:10: is not valid YAML: a bracket, brace or quote is not closed after this")]
    [InlineData("model: gan\nname: @x", "x.yaml:2:7: is not valid YAML: while scanning for the next token, found character that cannot start any token")]
    [InlineData("model: gan\n? [a]\n: b", "x.yaml:2:3: a key must be one word, but is a list")]
    public void YamlThatIsNoExperiment(string yaml, string message) => Assert.Equal(message, Of(yaml));

    [Theory]
    [InlineData("model: {kind: gan", 1)]
    [InlineData("model: gan\nsteps: [1, 2", 2)]
    [InlineData("model: gan\nname: \"x", 2)]
    [InlineData("model: gan\n  steps: 3", 2)]
    [InlineData("model: gan\nname: \"\\q\"", 2)]
    [InlineData("model: gan\nname: \"\\U00110000\"", 2)]
    public void BrokenYamlNamesAPlaceAtOrAfterTheMistake(string yaml, int line)
    {
        var error = Assert.Single(Assert.Throws<ExperimentFileException>(() => ExperimentFile.Parse(yaml, "x.yaml")).Errors);
        Assert.StartsWith("is not valid YAML: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Line, line, line + 1);
        Assert.InRange(error.Column, 1, 100);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    public void DeepNestingIsRefusedBeforeItCosts(string bracket) =>
        Assert.EndsWith("is nested more than 20 deep, which no experiment file is", Of("model: " + string.Concat(Enumerable.Repeat(bracket, 5000))), StringComparison.Ordinal);

    [Fact]
    public void LargeTextIsRefused() =>
        Assert.Equal("x.yaml: is larger than 1 MiB, which no experiment file is", Of("model: gan\n#" + new string('x', 1 << 20)));

    [Fact]
    public void LargeFilesAreRefused()
    {
        var path = Write("big.yaml", new byte[(1 << 20) + 1]);
        Assert.Equal($"{path}: is larger than 1 MiB, which no experiment file is", LoadError(path));
    }

    [Fact]
    public void AMissingFileNamesItsNearestNeighbour()
    {
        Write("gan-digits.yaml", "model: gan"u8.ToArray());
        var path = Path.Combine(folder, "gan-digit.yaml");
        Assert.Equal($"{path}: there is no such file; did you mean gan-digits.yaml?", LoadError(path));
        var far = Path.Combine(folder, "nowhere", "x.yaml");
        Assert.Equal($"{far}: there is no such file", LoadError(far));
    }

    [Fact]
    public void AFolderIsNoFile() => Assert.Equal($"{folder}: is a folder; give the path of a YAML file", LoadError(folder));

    [Fact]
    public void AnEmptyPathIsSaidToBeEmpty() =>
        Assert.Equal("experiment file: the name of the experiment file is empty; give the path of a YAML file", LoadError(""));

    [Fact]
    public void BinaryFilesAreRefused()
    {
        var path = Write("a.yaml", [0x89, (byte)'P', (byte)'N', (byte)'G', 0, 0, 0, 13]);
        Assert.Equal($"{path}: is a binary file; an experiment file is YAML text in UTF-8", LoadError(path));
    }

    [Fact]
    public void TextInAnotherEncodingNamesItsLine()
    {
        var path = Write("a.yaml", [.. "model: gan\nname: caf"u8, 0xe9, (byte)'\n']);
        Assert.Equal($"{path}:2:1: is not UTF-8 text; save the file as UTF-8", LoadError(path));
    }

    [Fact]
    public void AByteOrderMarkAndWindowsLineEndsAreFine()
    {
        var path = Write("my Run_2.yaml", [0xef, 0xbb, 0xbf, .. "model: gan\r\nsteps: 7\r\n"u8]);
        var file = ExperimentFile.Load(path, []);
        Assert.Equal((7, "my-run-2"), (file.Steps, file.Name));
    }

    /// <summary>Whatever stands in a file, the only exception that leaves is the one with a message for people.</summary>
    [Fact]
    public void DamagedFilesFailInOneWayOnly()
    {
        var good = new ExperimentFile().ToYaml();
        const string pieces = "{}[]:,-#&*!|>'\"%@`?\\\t\n \u0000\u00e9~0aZ";
        var state = 1u;
        int refused = 0, accepted = 0;
        for (var i = 0; i < 3000; i++)
        {
            var text = new StringBuilder(good);
            for (var n = Next(4) + 1; n > 0; n--)
            {
                var at = Next(text.Length);
                switch (Next(3))
                {
                    case 0: text[at] = pieces[Next(pieces.Length)]; break;
                    case 1: text.Insert(at, pieces[Next(pieces.Length)]); break;
                    default: text.Remove(at, Math.Min(Next(6), text.Length - at)); break;
                }
            }
            try
            {
                var file = ExperimentFile.Parse(text.ToString(), "x.yaml");
                Assert.Equal(file, ExperimentFile.Parse(file.ToYaml(), "y.yaml"));
                accepted++;
            }
            catch (ExperimentFileException e)
            {
                Assert.All(e.Errors, error => Assert.True(error is { Line: > 0, Column: > 0 }, e.Message));
                refused++;
            }
        }
        Assert.True(refused > 500 && accepted > 50, $"{refused} refused, {accepted} accepted");

        int Next(int count)
        {
            state = state * 1664525 + 1013904223;
            return (int)((state >> 8) % (uint)count);
        }
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string LoadError(string path) =>
        Assert.Throws<ExperimentFileException>(() => ExperimentFile.Load(path, [])).Message;
}
