using System.Collections.Concurrent;
using System.Text.Json;

namespace Cluster.Contracts.Runs;

/// <summary>The devices that a run was given, in <c>devices.json</c>: the actors of replica r work on number r modulo their count.</summary>
/// <param name="Devices">One for each replica.</param>
public sealed record RunLease(IReadOnlyList<LeasedDevice> Devices)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private static readonly ConcurrentDictionary<string, (DateTime Written, RunLease? Lease)> Known = new(StringComparer.Ordinal);

    /// <summary>The device of an actor.</summary>
    public LeasedDevice For(int index) => Devices[index % Devices.Count];

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
            lease = lease is { Devices.Count: > 0 } ? lease : null;
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
/// <param name="Device">The device there: <c>cuda:0</c>.</param>
public sealed record LeasedDevice(string Silo, string Name, string Device);
