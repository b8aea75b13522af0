using System.Diagnostics;
using Cluster.Client;

namespace Cluster.Silo.Tests;

/// <summary>What starts the silos of <c>cluster up</c> again, with a shell script in a silo's place.</summary>
[Trait("Orleans", "either")]
public sealed class KeeperTests : IDisposable
{
    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task ASiloThatDiedIsStartedAgainAndOneThatLeftIsNot()
    {
        // Ends with 7, is killed, and leaves in good order the third time.
        (string log, int code) = await Keep("n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n >count; echo life $n; case $n in 1) exit 7;; 2) kill -9 $$;; *) exit 0;; esac");
        Assert.Equal(0, code);
        Assert.Equal(["life 1", "life 2", "life 3"], log.Split('\n').Where(line => line.StartsWith("life", StringComparison.Ordinal)));
        Assert.Contains("keeper: the silo ended with status 7; start 1 of another follows in 1 s", log, StringComparison.Ordinal);
        Assert.Contains("keeper: the silo ended with status 137; start 2 of another follows in 2 s", log, StringComparison.Ordinal);
        Assert.EndsWith(" 2", (await File.ReadAllTextAsync(_place.Path("silo-1.pid"))).Trim(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo life; exit 2", "a wrong setting")]
    [InlineData("echo life; rm cluster.json; exit 7", "a cluster that was ended")]
    public async Task ItStaysAwayAfter(string silo, string what)
    {
        (string log, _) = await Keep(silo);
        Assert.True(log.Trim() == "life", $"after {what}: {log}");
    }

    [Fact]
    public async Task SigtermGoesToTheSilo()
    {
        Task<(string Log, int Code)> kept = Keep("trap 'echo left; exit 0' TERM; echo life; while :; do sleep 0.1; done");
        await Place.Until(() => Task.FromResult(File.Exists(_place.Path("silo-1.log")) && File.ReadAllText(_place.Path("silo-1.log")).Contains("life", StringComparison.Ordinal)), "the silo");
        int keeper = await _keeper.Task;
        using Process kill = Process.Start("/bin/kill", ["-TERM", keeper.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Contains("left", (await kept).Log, StringComparison.Ordinal);
    }

    private readonly TaskCompletionSource<int> _keeper = new();

    private async Task<(string Log, int Code)> Keep(string silo)
    {
        await File.WriteAllTextAsync(_place.Path("cluster.json"), "{}");
        ProcessStartInfo start = new("/bin/sh") { WorkingDirectory = _place.Root };
        foreach (string arg in (string[])["-c", SiloLauncher.Keeper, "sh", _place.Path("silo-1.log"), _place.Path("silo-1.pid"), _place.Path("cluster.json"), "/bin/sh", "-c", silo])
        {
            start.ArgumentList.Add(arg);
        }

        using Process keeper = Process.Start(start)!;
        _keeper.TrySetResult(keeper.Id);
        await keeper.WaitForExitAsync();
        return (await File.ReadAllTextAsync(_place.Path("silo-1.log")), keeper.ExitCode);
    }
}
