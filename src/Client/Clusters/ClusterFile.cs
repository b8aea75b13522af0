using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
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

    private const string WorksHere = ".cluster-folder";

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

    /// <summary>The folder of the cluster on this machine that works on a folder of runs now; null where none does.</summary>
    public static string? At(string runs)
    {
        try
        {
            string folder = File.ReadAllText(Path.Combine(runs, WorksHere)).Trim();
            return Read(folder) is { } cluster && cluster.Runs == runs && cluster.Silos.Any(silo => silo.Runs(folder) || silo.IsKept(folder)) ? folder : null;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes down in a folder of runs which cluster works on it.</summary>
    public static void Claim(string runs, string folder)
    {
        Directory.CreateDirectory(runs);
        AtomicFile.WriteAllBytes(Path.Combine(runs, WorksHere), Encoding.UTF8.GetBytes(folder + "\n"));
    }

    /// <summary>Writes it.</summary>
    public void Write(string folder) => AtomicFile.WriteAllBytes(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(this, Json));
}

/// <summary>One silo of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Keeper">The process that starts it again where it dies.</param>
/// <param name="Port">Its port for silos.</param>
/// <param name="GatewayPort">Its port for clients.</param>
/// <param name="HttpPort">Its port for health and status.</param>
/// <param name="Log">Its log.</param>
/// <param name="Cpus">The CPUs of this machine that are its own; null where it was given none.</param>
internal sealed partial record SiloProcess(string Name, int Keeper, int Port, int GatewayPort, int HttpPort, string Log, string? Cpus = null)
{
    /// <summary>Where its present process is written down.</summary>
    [JsonIgnore]
    public string IdFile => IdFileOf(Log);

    /// <summary>Its present process, as far as that is known, and how many times it was started again.</summary>
    [JsonIgnore]
    public (int? Id, int Starts) Process
    {
        get
        {
            try
            {
                return File.ReadAllText(IdFile).Trim().Split(' ') is [var id, var starts] ? (int.Parse(id, CultureInfo.InvariantCulture), int.Parse(starts, CultureInfo.InvariantCulture)) : (null, 0);
            }
            catch (Exception unknown) when (unknown is IOException or FormatException or OverflowException or UnauthorizedAccessException)
            {
                return (null, 0);
            }
        }
    }

    /// <summary>Whether the process is there, and is this silo and not one that has its number by now.</summary>
    /// <param name="folder">The cluster's folder, which the silo was given.</param>
    public bool Runs(string folder) => Process.Id is { } id && Is(id, folder);

    /// <summary>Whether the silo runs or will be started again.</summary>
    /// <param name="folder">The cluster's folder.</param>
    public bool IsKept(string folder) => Is(Keeper, folder);

    /// <summary>Sends the silo a signal; its keeper notices how it ends.</summary>
    public void Signal(int signal)
    {
        if (Process.Id is { } id)
        {
            _ = Send(id, signal);
        }
    }

    /// <summary>Ends the silo and its keeper at once.</summary>
    /// <param name="folder">The cluster's folder.</param>
    public void Kill(string folder)
    {
        if (IsKept(folder))
        {
            _ = Send(Keeper, 9);
        }

        if (Runs(folder))
        {
            Signal(9);
        }
    }

    /// <summary>Where the present process of the silo with that log is written down.</summary>
    public static string IdFileOf(string log) => Path.ChangeExtension(log, ".pid");

    private static bool Is(int process, string folder)
    {
        try
        {
            string id = process.ToString(CultureInfo.InvariantCulture);
            string[] words = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            return words.Contains(Members(folder), StringComparer.Ordinal) && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Where the silos of a cluster's folder keep their list.</summary>
    public static string Members(string folder) => Path.Combine(Path.GetFullPath(folder), "members");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
