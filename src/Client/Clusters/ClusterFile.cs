using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cluster.Contracts.Runs;

namespace Cluster.Client;

/// <summary>The cluster that <c>cluster up</c> started on this machine, in <c>cluster.json</c> of its folder.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Runs">Its folder of runs.</param>
/// <param name="Silos">Its silos.</param>
internal sealed record ClusterFile(string Cluster, string Runs, IReadOnlyList<SiloProcess> Silos)
{
    /// <summary>The file's name.</summary>
    public const string Name = "cluster.json";

    /// <summary>The folder where none is named.</summary>
    public const string DefaultFolder = ".cluster";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads it; null where there is none.</summary>
    public static ClusterFile? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ClusterFile>(File.ReadAllBytes(Path.Combine(folder, Name)), Json);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string folder) => AtomicFile.WriteAllBytes(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(this, Json));
}

/// <summary>One silo of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its process.</param>
/// <param name="Port">Its port for silos.</param>
/// <param name="GatewayPort">Its port for clients.</param>
/// <param name="HttpPort">Its port for health and status.</param>
/// <param name="Log">Its log.</param>
internal sealed partial record SiloProcess(string Name, int Id, int Port, int GatewayPort, int HttpPort, string Log)
{
    /// <summary>Whether the process is there, and is this silo and not one that has its number by now.</summary>
    /// <param name="folder">The cluster's folder, which the silo was given.</param>
    public bool Runs(string folder)
    {
        try
        {
            string id = Id.ToString(CultureInfo.InvariantCulture);
            string[] words = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            return words.Contains(Members(folder), StringComparer.Ordinal) && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => _ = Send(Id, signal);

    /// <summary>Where the silos of a cluster's folder keep their list.</summary>
    public static string Members(string folder) => Path.Combine(Path.GetFullPath(folder), "members");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
