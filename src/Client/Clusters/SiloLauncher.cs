using System.Diagnostics;
using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>Starts silos as processes of their own, which outlive this one.</summary>
internal static class SiloLauncher
{
    /// <summary>The program that has the verb <c>silo</c>: this one.</summary>
    public static string Program { get; set; } = Path.Combine(AppContext.BaseDirectory, "Cluster.Client.dll");

    /// <summary>Starts one.</summary>
    /// <param name="log">Where its output goes.</param>
    /// <param name="args">The arguments of <c>cluster silo</c>.</param>
    /// <param name="secrets">Settings that only the environment carries.</param>
    /// <returns>The process's number.</returns>
    public static int Start(string log, IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>> secrets)
    {
        // The shell gives way to the silo, so that the number stays; a session of its own keeps the terminal's signals away.
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; trap '' HUP; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(log);
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        foreach (string arg in (string[])[host, Program, "silo", .. args])
        {
            start.ArgumentList.Add(arg);
        }

        foreach ((string name, string value) in secrets)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start) ?? throw new InputException("a silo could not be started: /bin/sh does not run");
        return process.Id;
    }
}
