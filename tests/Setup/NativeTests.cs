namespace Cluster.Setup.Tests;

/// <summary>What the TorchSharp stand-in is compiled with and runs on.</summary>
public sealed class NativeTests : IDisposable
{
    private const string Missing = "g++ cmake make libtorch-dev libopenblas0-openmp";
    private readonly Checkout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData(0, false)]
    [InlineData(1000, true)]
    public async Task What_is_missing_is_installed_where_it_may_be(int user, bool sudo)
    {
        RemoveAll();
        (_checkout.UserId, _checkout.SudoWorks) = (user, sudo);
        var outcome = await _checkout.Run("runs");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            ["apt-get update", $"apt-get install -y --no-install-recommends {Missing}"],
            _checkout.Calls.Where(call => call.StartsWith("apt-get", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_missing_is_named_where_it_may_not_be_installed()
    {
        RemoveAll();
        _checkout.UserId = 1000;
        var outcome = await _checkout.Run("runs");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"apt-get install -y --no-install-recommends {Missing}.", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(0, _checkout.Builds);
    }

    [Fact]
    public async Task The_real_package_needs_none_of_it()
    {
        RemoveAll();
        _checkout.Feed = "RealTorchSharp/0.107.0";
        await _checkout.Run("runs");

        Assert.DoesNotContain(_checkout.Calls, call => call.StartsWith("apt-get", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_libtorch_takes_the_place_of_the_systems()
    {
        _checkout.Remove("system/usr/include/ATen/ATen.h", "system/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3");
        _checkout.Write("torch/include/ATen/ATen.h", "");
        _checkout.Environment["CLUSTER_LIBTORCH"] = Path.Combine(_checkout.Home, "torch");
        Assert.Equal(0, (await _checkout.Run("runs")).ExitCode);

        Assert.DoesNotContain(_checkout.Calls, call => call.StartsWith("apt-get", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_libtorch_folder_without_headers_is_an_error()
    {
        _checkout.Environment["CLUSTER_LIBTORCH"] = "/nowhere";
        var outcome = await _checkout.Run("runs");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("CLUSTER_LIBTORCH=/nowhere holds no include/ATen/ATen.h", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openblas-openmp", false)]
    [InlineData("openblas-pthread", true)]
    [InlineData("blas", true)]
    public async Task A_slow_blas_is_warned_of(string build, bool warned)
    {
        _checkout.Blas(build);
        var outcome = await _checkout.Run("runs");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            warned,
            outcome.Errors.Contains(
                "update-alternatives --set libblas.so.3-x86_64-linux-gnu /usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3",
                StringComparison.Ordinal));
    }

    private void RemoveAll() => _checkout.Remove(
        "bin/g++", "bin/cmake", "bin/make", "system/usr/include/ATen/ATen.h", "system/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3");
}
