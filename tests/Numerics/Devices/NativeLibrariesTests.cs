namespace Cluster.Numerics.Tests;

public sealed class NativeLibrariesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cluster-native-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_library_for_another_system_is_told_in_the_words_of_this_one()
    {
        string file = Path.Combine(_folder.FullName, "libLibTorchSharp.so");
        File.WriteAllText(file, new string('x', 100));

        string trouble = Assert.IsType<string>(NativeLibraries.Trouble(_folder.FullName));

        Assert.Contains($"{file}: invalid ELF header", trouble, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', trouble);
    }

    [Fact]
    public void Nothing_is_said_where_there_is_none_or_it_loads()
    {
        Assert.Null(NativeLibraries.Trouble(_folder.FullName));
        Assert.Null(NativeLibraries.Trouble(AppContext.BaseDirectory));
    }
}
