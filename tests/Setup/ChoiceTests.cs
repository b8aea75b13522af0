namespace Cluster.Setup.Tests;

/// <summary>Real packages or stand-ins.</summary>
public sealed class ChoiceTests : IDisposable
{
    private const string Pinned = "RealOrleans/10.4.2 RealTorchSharp/0.107.0";
    private readonly Checkout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData("", "true", "true")]
    [InlineData("RealOrleans/10.4.2", "false", "true")]
    [InlineData("RealTorchSharp/0.107.0", "true", "false")]
    [InlineData(Pinned, "false", "false")]
    public async Task Each_goes_its_own_way(string feed, string orleans, string torch)
    {
        _checkout.Feed = feed;
        var outcome = await _checkout.Run("runs");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains($"<OrleansStandin>{orleans}</OrleansStandin>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Contains($"<TorchSharpStandin>{torch}</TorchSharpStandin>", _checkout.Choice, StringComparison.Ordinal);
        var said = Assert.Single(outcome.Errors.Split('\n'), line => line.Contains("Orleans: the", StringComparison.Ordinal));
        Assert.Equal(orleans == "true", said.Contains("Orleans: the stand-in (NU1101", StringComparison.Ordinal));
        Assert.Equal(torch == "true", said.Contains("TorchSharp: the stand-in (NU1101", StringComparison.Ordinal));
    }

    /// <summary>A TorchSharp that restores may be built for a newer system, or for other processors: then it is the stand-in.</summary>
    [Theory]
    [InlineData("x86_64", "libstdc++.so.6 has no GLIBCXX_3.4.32", "/cache/libLibTorchSharp.so: /lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /cache/libLibTorchSharp.so)")]
    [InlineData("x86_64", "libtorch_cpu.so is missing", "\tlibtorch_cpu.so => not found")]
    [InlineData("aarch64", "it has nothing for linux-arm64", "")]
    public async Task A_TorchSharp_that_does_not_load_is_not_taken(string machine, string reason, string ldd)
    {
        (_checkout.Feed, _checkout.Machine, _checkout.Ldd) = (Pinned, machine, ldd);
        var outcome = await _checkout.Run("runs");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Orleans: the real", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains($"TorchSharp: the stand-in (TorchSharp-cpu 0.107.0 does not load here: {reason})", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("<TorchSharpStandin>true</TorchSharpStandin>", _checkout.Choice, StringComparison.Ordinal);

        outcome = await _checkout.Run("setup", "--real");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"the real TorchSharp (TorchSharp-cpu 0.107.0) does not load here: {reason}", outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>What a cluster of several machines needs of Orleans is built in where the feed has it.</summary>
    [Theory]
    [InlineData("RealOrleans/10.4.2", "")]
    [InlineData("RealOrleans/10.4.2 OrleansAdoNet/10.4.2 OrleansTls/10.4.2", "AdoNet Tls")]
    [InlineData("RealOrleans/10.4.2 OrleansRedis/10.4.2", "Redis")]
    [InlineData("OrleansAdoNet/10.4.2", "")]
    public async Task Providers_are_built_in_where_they_restore(string feed, string built)
    {
        _checkout.Feed = feed;
        Assert.Equal(0, (await _checkout.Run("runs")).ExitCode);
        foreach (var name in new[] { "AdoNet", "Redis", "Tls" })
        {
            Assert.Equal(built.Split(' ').Contains(name), _checkout.Choice.Contains($"<Orleans{name}>true</Orleans{name}>", StringComparison.Ordinal));
        }

        Assert.Equal(feed.StartsWith("Real", StringComparison.Ordinal) ? 3 : 0, _checkout.Calls.Count(call => call.StartsWith("restore", StringComparison.Ordinal) && call.Contains("/setup/Orleans", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_version_other_than_the_pinned_one_is_written_down()
    {
        _checkout.Feed = "RealOrleans/99.1.0";
        await _checkout.Run("runs");

        Assert.Contains("<OrleansVersion>99.1.0</OrleansVersion>", _checkout.Choice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false, "setup", "--standins")]
    [InlineData(false, "setup", "--packages", "packages")]
    public async Task The_feed_is_asked_again_when_the_pinned_versions_move_and_it_was_to_decide(bool again, params string[] before)
    {
        _checkout.Write("packages/Microsoft.Orleans.Server.10.4.2.nupkg", "");
        _checkout.Feed = "RealOrleans/10.4.2";
        Assert.Equal(0, (await _checkout.Run(before.Length > 0 ? before : ["runs"])).ExitCode);
        var (choice, calls) = (_checkout.Choice, _checkout.Calls.Length);
        Assert.Equal(0, (await _checkout.Run("runs")).ExitCode);
        Assert.DoesNotContain(_checkout.Calls.Skip(calls), call => call.StartsWith("restore", StringComparison.Ordinal));

        var pins = File.ReadAllText(Path.Combine(_checkout.Root, "Directory.Packages.props"));
        _checkout.Write("root/Directory.Packages.props", pins.Replace("10.4.2", "10.5.0", StringComparison.Ordinal));
        _checkout.Feed = "RealOrleans/10.5.0";
        Assert.Equal(0, (await _checkout.Run("runs")).ExitCode);

        Assert.Equal(again, choice != _checkout.Choice);
        Assert.Equal(again, _checkout.Calls.Skip(calls).Any(call => call.Contains("-p:OrleansVersion=10.5.0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_feed_that_does_not_answer_is_asked_once_and_for_a_limited_time()
    {
        _checkout.Feed = "hangs";
        _checkout.Environment["CLUSTER_RESTORE_TIMEOUT"] = "1";
        var outcome = await _checkout.Run("runs");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Orleans: the stand-in (no answer from the package feed within 1 s)", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("<TorchSharpStandin>true</TorchSharpStandin>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Single(_checkout.Calls, call => call.StartsWith("restore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_feed_that_is_slow_but_brings_packages_is_asked_on()
    {
        _checkout.Feed = "slow " + Pinned;
        _checkout.Environment["CLUSTER_RESTORE_TIMEOUT"] = "1";
        var outcome = await _checkout.Run("runs");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("the package feed is slow: 1 packages in 1 s; going on", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("<OrleansStandin>false</OrleansStandin>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Contains("<TorchSharpStandin>false</TorchSharpStandin>", _checkout.Choice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standins_are_taken_without_asking()
    {
        _checkout.Feed = Pinned;
        Assert.Equal(0, (await _checkout.Run("setup", "--standins")).ExitCode);

        Assert.Contains("<OrleansStandin>true</OrleansStandin>", _checkout.Choice, StringComparison.Ordinal);
        Assert.DoesNotContain(_checkout.Calls, call => call.StartsWith("restore", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Real_packages_that_are_lacking_are_an_error_and_change_nothing()
    {
        await _checkout.Run("setup", "--standins");
        var before = _checkout.Choice;
        _checkout.Feed = "RealOrleans/10.4.2";
        var outcome = await _checkout.Run("setup", "--real");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("the real TorchSharp (TorchSharp-cpu", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("NU1101", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(before, _checkout.Choice);
    }

    [Fact]
    public async Task Another_choice_throws_away_what_was_built_on_the_first()
    {
        await _checkout.Run("setup", "--standins");
        var stale = _checkout.Write("root/artifacts/bin/stale", "");
        _checkout.Feed = Pinned;
        await _checkout.Run("setup");

        Assert.False(File.Exists(stale));
        Assert.Equal(2, _checkout.Builds);
    }

    [Fact]
    public async Task A_folder_of_packages_decides_for_what_it_holds()
    {
        _checkout.Write("some packages/Microsoft.Orleans.Server.9.9.0.nupkg", "");
        _checkout.Write("some packages/Microsoft.Orleans.Server.10.9.1.nupkg", "");
        _checkout.Feed = "RealOrleans/10.9.1";
        var outcome = await _checkout.Run("setup", "--packages", "some packages");

        var folder = Path.Combine(_checkout.Home, "some packages");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(_checkout.Calls, call => call.Contains("-p:OrleansVersion=10.9.1", StringComparison.Ordinal));
        Assert.Contains("<OrleansVersion>10.9.1</OrleansVersion>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Contains($"<RestoreAdditionalProjectSources>{folder}</RestoreAdditionalProjectSources>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Contains($"<RestorePackagesPath>{_checkout.Root}/artifacts/packages</RestorePackagesPath>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Contains("TorchSharp: the stand-in", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_packages_stands_alone_where_the_feed_is_out_of_reach()
    {
        _checkout.Write("packages/Microsoft.Orleans.Server.10.9.1.nupkg", "");
        _checkout.Feed = "unreachable RealOrleans/10.9.1";
        var outcome = await _checkout.Run("setup", "--packages", "packages");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("<OrleansStandin>false</OrleansStandin>", _checkout.Choice, StringComparison.Ordinal);
        Assert.Contains($"<RestoreSources>{_checkout.Home}/packages</RestoreSources>", _checkout.Choice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_in_the_folder_that_does_not_restore_is_an_error()
    {
        _checkout.Write("packages/TorchSharp-cpu.0.200.0.nupkg", "");
        var outcome = await _checkout.Run("setup", "--packages", "packages");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("TorchSharp-cpu 0.200.0", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_checkout.Home, "packages"), outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'nowhere' is none", "--packages", "nowhere")]
    [InlineData("holds neither Microsoft.Orleans.Server", "--packages", "bin")]
    [InlineData("--packages wants a value", "--packages")]
    [InlineData("does not go with --standins", "--packages", "bin", "--standins")]
    [InlineData("setup does not know '--reel'", "--reel")]
    public async Task Bad_options_are_errors(string message, params string[] arguments)
    {
        var outcome = await _checkout.Run(["setup", .. arguments]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }
}
