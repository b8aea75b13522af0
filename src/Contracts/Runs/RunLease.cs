using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cluster.Contracts.Experiments;

namespace Cluster.Contracts.Runs;

/// <summary>The places that a run was given, in <c>devices.json</c>: the actors of replica r work on number r modulo their count.</summary>
/// <param name="Devices">One for each replica; none where all roles have places of their own.</param>
/// <param name="Roles">Those of roles that were placed apart, by the role.</param>
public sealed record RunLease(IReadOnlyList<LeasedDevice> Devices, IReadOnlyDictionary<string, IReadOnlyList<LeasedDevice>>? Roles = null)
{
    private const int MostKnown = 4096;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private static readonly ConcurrentDictionary<string, (DateTime Written, RunLease? Lease)> Known = new(StringComparer.Ordinal);

    /// <summary>All of them, each once.</summary>
    [JsonIgnore]
    public IEnumerable<LeasedDevice> All => Devices.Concat(Roles?.Values.Distinct().SelectMany(each => each) ?? []).Distinct();

    /// <summary>The place of an actor.</summary>
    /// <param name="role">Its role, as in its key: <c>generator</c>, <c>generator-shard</c>.</param>
    /// <param name="index">Its index in the role.</param>
    /// <returns>Null where it may be anywhere.</returns>
    public LeasedDevice? For(string role, int index)
    {
        IReadOnlyList<LeasedDevice> places = Roles is { Count: > 0 } roles && PlacementSection.Match(roles.Keys, role) is { } apart ? roles[apart] : Devices;
        return places.Count > 0 ? places[index % places.Count] : null;
    }

    /// <summary>The place of the actor with a key <c>run/role/index</c>; null where it may be anywhere.</summary>
    public LeasedDevice? For(string key) => key.Split('/') is [_, var role, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        ? For(role, index)
        : null;

    /// <summary>Reads it; null where the run has none. A file that has not changed is not read again.</summary>
    public static RunLease? Read(RunFolder folder)
    {
        string path = PathOf(folder);
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            if (Known.TryGetValue(path, out (DateTime Written, RunLease? Lease) known) && known.Written == written)
            {
                return known.Lease;
            }

            RunLease? lease = File.Exists(path) ? JsonSerializer.Deserialize<RunLease>(File.ReadAllBytes(path), Options) : null;
            lease = lease is { Devices: not null } && lease.All.Any() && lease.All.All(each => each is { Silo: not null, Name: not null, Device: not null }) ? lease : null;
            if (Known.Count >= MostKnown)
            {
                Known.Clear();
            }

            Known[path] = (written, lease);
            return lease;
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(RunFolder folder) => AtomicFile.WriteAllBytes(PathOf(folder), JsonSerializer.SerializeToUtf8Bytes(this, Options));

    /// <summary>Takes it back.</summary>
    public static void Remove(RunFolder folder) => File.Delete(PathOf(folder));

    private static string PathOf(RunFolder folder) => Path.Combine(folder.Path, "devices.json");
}

/// <summary>One device of one silo.</summary>
/// <param name="Silo">The silo's address, as <c>S10.0.0.5:11111:123</c> names one life of a silo.</param>
/// <param name="Name">The silo's name, for people.</param>
/// <param name="Device">The device there: <c>cuda:0</c>, <c>cpu</c>.</param>
/// <param name="Memory">MiB of it that the run asked for; of a CPU these are taken from what the silo has.</param>
public sealed record LeasedDevice(string Silo, string Name, string Device, long Memory = 0);
