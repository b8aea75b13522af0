using System.Text;
using Cluster.Contracts.Runs;

namespace Cluster.Dashboard.Tests;

public sealed class GrowingFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("cluster-growing-").FullName, "file");
    private readonly List<string> _read = [];
    private readonly GrowingFile _file;
    private int _restarts;

    public GrowingFileTests() => _file = new GrowingFile(_path);

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public void EachLineIsReadOnceAndAnIncompleteOneWaits()
    {
        Assert.False(Read());
        File.AppendAllText(_path, "a\nb\nc");
        Assert.True(Read());
        Assert.Equal(["a", "b"], _read);
        Assert.False(Read());
        File.AppendAllText(_path, "c\nd\n");
        Assert.True(Read());
        Assert.Equal(["a", "b", "cc", "d"], _read);
        Assert.Equal(0, _restarts);
    }

    [Fact]
    public void AFileThatBecameShorterIsReadAnew()
    {
        File.AppendAllText(_path, "a\nb\nc\n");
        Read();
        AtomicFile.WriteAllBytes(_path, "a\n"u8);
        Assert.True(Read());
        Assert.Equal(1, _restarts);
        Assert.Equal(["a"], _read);
    }

    [Fact]
    public void AFileThatWasReplacedAndHasGrownPastItsOldLengthIsReadAnew()
    {
        File.AppendAllText(_path, "step 1\nstep 2\nstep 3\n");
        Read();
        AtomicFile.WriteAllBytes(_path, "step 1\nother 2\nother 3\nother 4\n"u8);
        Assert.True(Read());
        Assert.Equal(1, _restarts);
        Assert.Equal(["step 1", "other 2", "other 3", "other 4"], _read);
    }

    [Fact]
    public void AFileThatIsGoneIsForgotten()
    {
        File.AppendAllText(_path, "a\n");
        Read();
        File.Delete(_path);
        Assert.True(Read());
        Assert.Empty(_read);
        File.AppendAllText(_path, "b\n");
        Assert.True(Read());
        Assert.Equal(["b"], _read);
    }

    [Fact]
    public void LinesLongerThanAnyBufferAreWhole()
    {
        string[] lines = [new('x', 300_000), "", new('y', 65_536), "z"];
        File.WriteAllText(_path, string.Join('\n', lines) + "\n");
        Read();
        Assert.Equal(lines, _read);
    }

    private bool Read() => _file.Read(
        () =>
        {
            _restarts++;
            _read.Clear();
        },
        line => _read.Add(Encoding.UTF8.GetString(line)));
}
