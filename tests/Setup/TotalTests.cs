namespace Cluster.Setup.Tests;

/// <summary><c>./cluster test</c>: what runs, and the total.</summary>
public sealed class TotalTests : IDisposable
{
    private readonly Checkout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public async Task The_last_line_is_the_sum()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        _checkout.AddTests("Two", total: 12, executed: 12, passed: 12);
        var outcome = await _checkout.Run("test");

        Assert.Equal(0, outcome.ExitCode);
        Assert.EndsWith("17 passed, 0 failed\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_and_skipped_tests_are_counted()
    {
        _checkout.AddTests("One", total: 5, executed: 4, passed: 4);
        _checkout.AddTests("Two", total: 12, executed: 12, passed: 10);
        var outcome = await _checkout.Run("test");

        Assert.Equal(1, outcome.ExitCode);
        Assert.EndsWith("14 passed, 2 failed, 1 skipped\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_that_does_not_compile_is_one_failure_and_the_others_run()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        _checkout.AddTests("Two", total: 12, executed: 12, passed: 12);
        _checkout.BrokenTests = "tests/One";
        var outcome = await _checkout.Run("test");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("error CS1002", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("12 passed, 1 failed\n", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "5 passed, 1 failed\n")]
    [InlineData(false, "0 passed, 1 failed\n")]
    public async Task A_run_that_ends_badly_is_a_failure_whatever_it_reported(bool reported, string total)
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        _checkout.Write("root/tests/One/fails", "");
        if (!reported)
        {
            _checkout.Remove("root/tests/One/counters");
        }

        var outcome = await _checkout.Run("test");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(total, outcome.Output);
    }

    [Fact]
    public async Task A_name_picks_projects()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        _checkout.AddTests("Two", total: 12, executed: 12, passed: 12);
        var outcome = await _checkout.Run("test", "two", "three");

        Assert.EndsWith("12 passed, 0 failed\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_picks_nothing_is_an_error_that_lists_the_names()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        var outcome = await _checkout.Run("test", "three");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("no folder under tests/ matches three; there are One", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_is_handed_on()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        await _checkout.Run("test", "--filter", "Name~Philox");

        Assert.Contains(_checkout.Calls, call => call.StartsWith("test", StringComparison.Ordinal) && call.Contains("--filter Name~Philox", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Real_runs_what_touches_Orleans_and_leaves_the_choice_alone()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        _checkout.AddTests("Two", total: 12, executed: 12, passed: 12);
        await _checkout.Run("setup", "--standins");
        var before = _checkout.Choice;
        _checkout.Write("root/artifacts/real/bin/Two.Tests/release/Orleans.Core.dll", "");
        _checkout.Feed = "RealOrleans/10.4.2";
        var outcome = await _checkout.Run("test", "--real");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("12 passed, 0 failed\n", outcome.Output);
        Assert.Contains(_checkout.Calls, call => call.Contains("-p:OrleansStandin=false -p:TorchSharpStandin=true", StringComparison.Ordinal));
        Assert.Equal(before, _checkout.Choice);
    }

    [Fact]
    public async Task Real_without_the_packages_is_an_error()
    {
        _checkout.AddTests("One", total: 5, executed: 5, passed: 5);
        var outcome = await _checkout.Run("test", "--real");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("the real Orleans (Microsoft.Orleans.Server", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("does not restore", outcome.Errors, StringComparison.Ordinal);
    }
}
