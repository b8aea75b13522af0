using System.Globalization;

namespace Cluster.Silo.Tests;

/// <summary>
/// Some hosts on a switch, each a network namespace of its own: nothing of it touches the machine's network. The switch has
/// address 10.77.0.1, host n has 10.77.0.(10 + n).
/// </summary>
internal sealed class Lan : IAsyncDisposable
{
    /// <summary>The switch's address; servers that all hosts use listen there.</summary>
    public const string Switch = "10.77.0.1";

    private readonly string _name = "cl" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private readonly int _hosts;

    private Lan(int hosts) => _hosts = hosts;

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Lacking()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "network namespaces need root on Linux";
        }

        try
        {
            string name = "clprobe" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            (int code, _, string error) = Shell.Run("ip", "netns", "add", name).GetAwaiter().GetResult();
            if (code == 0)
            {
                Shell.Run("ip", "netns", "delete", name).GetAwaiter().GetResult();
            }

            return code == 0 ? null : "no network namespace may be made here: " + error.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "network namespaces need the program ip (Debian: iproute2)";
        }
    }

    /// <summary>Makes the switch and its hosts.</summary>
    public static async Task<Lan> Make(int hosts)
    {
        Lan lan = new(hosts);
        string middle = lan.Namespace(0);
        await Shell.Good("ip", "netns", "add", middle);
        await Shell.Good("ip", "-n", middle, "link", "add", "br0", "type", "bridge");
        await Shell.Good("ip", "-n", middle, "address", "add", Switch + "/24", "dev", "br0");
        await Shell.Good("ip", "-n", middle, "link", "set", "br0", "up");
        await Shell.Good("ip", "-n", middle, "link", "set", "lo", "up");
        for (int host = 1; host <= hosts; host++)
        {
            string own = lan.Namespace(host), port = Port(host);
            await Shell.Good("ip", "netns", "add", own);
            await Shell.Good("ip", "-n", middle, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", own);
            await Shell.Good("ip", "-n", middle, "link", "set", port, "master", "br0", "up");
            await Shell.Good("ip", "-n", own, "address", "add", Address(host) + "/24", "dev", "eth0");
            await Shell.Good("ip", "-n", own, "link", "set", "eth0", "up");
            await Shell.Good("ip", "-n", own, "link", "set", "lo", "up");
        }

        return lan;
    }

    /// <summary>A host's address.</summary>
    public static string Address(int host) => "10.77.0." + (10 + host).ToString(CultureInfo.InvariantCulture);

    /// <summary>The words that run a command on a host; 0 is the switch.</summary>
    public string[] On(int host, params string[] words) => ["ip", "netns", "exec", Namespace(host), .. words];

    /// <summary>Pulls a host's cable.</summary>
    public Task Cut(int host) => Shell.Good("ip", "-n", Namespace(0), "link", "set", Port(host), "down");

    /// <summary>Puts it back.</summary>
    public Task Join(int host) => Shell.Good("ip", "-n", Namespace(0), "link", "set", Port(host), "up");

    public async ValueTask DisposeAsync()
    {
        for (int host = _hosts; host >= 0; host--)
        {
            await Shell.Run("ip", "netns", "delete", Namespace(host));
        }
    }

    private static string Port(int host) => "port" + host.ToString(CultureInfo.InvariantCulture);

    private string Namespace(int host) => _name + "-" + host.ToString(CultureInfo.InvariantCulture);
}
