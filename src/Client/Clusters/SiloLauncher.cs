using System.Diagnostics;
using Cluster.Contracts;

namespace Cluster.Client;

/// <summary>
/// Starts silos as processes of their own, which outlive this one. Beside each sits a shell that starts it again where it died;
/// one that left in good order, or whose settings are wrong, stays away.
/// </summary>
internal static class SiloLauncher
{
    /// <summary>The program that has the verb <c>silo</c>: this one.</summary>
    public static string Program { get; set; } = Path.Combine(AppContext.BaseDirectory, "Cluster.Client.dll");

    /// <summary>
    /// $1: the log; $2: where the silo's process is written down; $3: the file without which there is no cluster any more; then the
    /// command. The pause before a start doubles from 1 s to 60 s, and begins anew once a silo has lived for a minute.
    /// </summary>
    internal const string Keeper = """
        log=$1 id=$2 cluster=$3 pause=1 starts=0
        shift 3
        trap '' HUP INT
        silo=
        trap 'kill -TERM "$silo"' TERM
        say() { { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) keeper: $*" >>"$log"; } 2>/dev/null; }
        while :; do
            since=$(date +%s)
            "$@" >>"$log" 2>&1 </dev/null &
            silo=$!
            { echo "$silo $starts" >"$id.new" && mv "$id.new" "$id"; } 2>/dev/null
            while wait "$silo"; status=$?; kill -0 "$silo" 2>/dev/null; do :; done
            case $status in 0 | 2) exit ;; esac
            [ -e "$cluster" ] || exit
            [ $(($(date +%s) - since)) -lt 60 ] || pause=1
            starts=$((starts + 1))
            say "the silo ended with status $status; start $starts of another follows in $pause s"
            sleep "$pause"
            [ -e "$cluster" ] || { say "the cluster was ended meanwhile"; exit; }
            pause=$((pause * 2))
            [ "$pause" -le 60 ] || pause=60
        done
        """;

    /// <summary>Starts one.</summary>
    /// <param name="log">Where its output goes.</param>
    /// <param name="id">Where its process is written down.</param>
    /// <param name="cluster">The file without which it is not started again.</param>
    /// <param name="args">The arguments of <c>cluster silo</c>.</param>
    /// <param name="secrets">Settings that only the environment carries.</param>
    /// <returns>The number of the shell that keeps it.</returns>
    public static int Start(string log, string id, string cluster, IEnumerable<string> args, IEnumerable<KeyValuePair<string, string>> secrets)
    {
        // A session of its own keeps the terminal's signals away.
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false };
        foreach (string arg in (string[])["-c", "exec setsid /bin/sh -c \"$@\" </dev/null >/dev/null 2>&1", "sh", Keeper, "sh", log, id, cluster])
        {
            start.ArgumentList.Add(arg);
        }

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
