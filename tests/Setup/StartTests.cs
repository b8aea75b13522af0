namespace Cluster.Setup.Tests;

/// <summary>The way from a call of <c>./cluster</c> to the client.</summary>
public sealed class StartTests : IDisposable
{
    private readonly Checkout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public async Task The_first_call_builds_and_hands_everything_to_the_client()
    {
        var outcome = await _checkout.Run("run", "a b.yaml", "--set", "x=1");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal($"from {_checkout.Home}: [run] [a b.yaml] [--set] [x=1]\n", outcome.Output);
        Assert.Contains("building Cluster (once)", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(1, _checkout.Builds);
    }

    [Fact]
    public async Task A_later_call_neither_asks_nor_builds_nor_speaks()
    {
        await _checkout.Run("runs");
        var before = _checkout.Calls.Length;
        var outcome = await _checkout.Run("runs");

        Assert.Equal("", outcome.Errors);
        Assert.DoesNotContain(_checkout.Calls[before..], call => call.StartsWith("restore", StringComparison.Ordinal));
        Assert.Equal(1, _checkout.Builds);
    }

    [Fact]
    public async Task A_changed_source_is_built_again()
    {
        await _checkout.Run("runs");
        _checkout.Write("root/src/Client/Program.cs", "changed");
        await _checkout.Run("runs");

        Assert.Equal(2, _checkout.Builds);
    }

    [Fact]
    public async Task A_removed_source_is_built_again()
    {
        await _checkout.Run("runs");
        _checkout.Remove("root/src/Client/Other.cs");
        await _checkout.Run("runs");

        Assert.Equal(2, _checkout.Builds);
    }

    [Fact]
    public async Task It_finds_its_checkout_through_symbolic_links_and_keeps_the_folder_of_the_caller()
    {
        var elsewhere = Path.GetDirectoryName(_checkout.Write("else where/file", ""))!;
        File.CreateSymbolicLink(Path.Combine(elsewhere, "first"), "../root/cluster");
        File.CreateSymbolicLink(Path.Combine(elsewhere, "second"), "first");
        var outcome = await _checkout.RunAs(Path.Combine(elsewhere, "second"), elsewhere, "runs");

        Assert.Equal($"from {elsewhere}: [runs]\n", outcome.Output);
    }

    [Fact]
    public async Task Without_a_fitting_sdk_it_says_where_to_get_one()
    {
        _checkout.Sdk = "9.0.300";
        var outcome = await _checkout.Run("runs");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("no .NET 10 SDK", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("https://dotnet.microsoft.com/download", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_shows_its_errors_and_is_tried_again()
    {
        _checkout.Compiles = false;
        var outcome = await _checkout.Run("runs");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("error CS1002", outcome.Errors, StringComparison.Ordinal);

        _checkout.Compiles = true;
        Assert.Equal(0, (await _checkout.Run("runs")).ExitCode);
        Assert.Equal(2, _checkout.Builds);
    }

    [Fact]
    public async Task Two_first_calls_at_once_build_once()
    {
        _checkout.BuildSeconds = 1;
        var outcomes = await Task.WhenAll(_checkout.Run("runs"), _checkout.Run("runs"));

        Assert.All(outcomes, outcome => Assert.Equal(0, outcome.ExitCode));
        Assert.Equal(1, _checkout.Builds);
    }
}
