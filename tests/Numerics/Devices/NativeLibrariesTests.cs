namespace Cluster.Numerics.Tests;

public sealed class NativeLibrariesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cluster-native-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_library_that_is_not_there_is_named_with_the_folder()
    {
        string reason = NativeLibraries.Reason(_folder.FullName);

        Assert.StartsWith("there is no libLibTorchSharp.so for linux-", reason, StringComparison.Ordinal);
        Assert.EndsWith(_folder.FullName, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_one_that_does_not_load_the_reason_is_what_the_system_says()
    {
        string file = Path.Combine(_folder.FullName, "libLibTorchSharp.so");
        File.WriteAllText(file, new string('x', 100));

        string reason = NativeLibraries.Reason(_folder.FullName);

        Assert.Contains(file, reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
        Assert.Contains("invalid ELF header", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_errors_of_loading_count_as_a_missing_library()
    {
        Assert.True(NativeLibraries.IsMissing(new DllNotFoundException()));
        Assert.True(NativeLibraries.IsMissing(new TypeInitializationException("torch", new NotSupportedException())));
        Assert.True(NativeLibraries.IsMissing(new TypeInitializationException("NativeMethods", new DllNotFoundException())));
        Assert.False(NativeLibraries.IsMissing(new NotSupportedException()));
        Assert.False(NativeLibraries.IsMissing(new TypeInitializationException("torch", new InvalidOperationException())));
    }
}
