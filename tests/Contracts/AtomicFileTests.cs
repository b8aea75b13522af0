using Cluster.Contracts.Runs;

namespace Cluster.Contracts.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cluster-atomic-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_writer_that_fails_half_way_leaves_the_file_as_it_was_and_nothing_beside_it()
    {
        string path = Path.Combine(_folder, "state");
        AtomicFile.WriteAllBytes(path, [1, 2, 3]);
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("no space left on device");
        }));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void What_blocks_the_name_beside_is_left_alone()
    {
        string path = Path.Combine(_folder, "state");
        Directory.CreateDirectory(path + ".part");
        Assert.ThrowsAny<Exception>(() => AtomicFile.WriteAllBytes(path, [1]));
        Assert.True(Directory.Exists(path + ".part"));
    }
}
