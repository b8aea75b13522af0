using System.Globalization;
using System.Text.Json;
using Cluster.Contracts;
using Cluster.Contracts.Runs;
using Orleans.Runtime;

namespace Cluster.Silo;

/// <summary>
/// The list of silos in a file, for processes of one machine: no process keeps it, so that any may go. A lock on a second
/// file makes each change whole; the list itself is replaced by renaming, so that a reader never sees half of one.
/// </summary>
/// <param name="folder">The folder; it is made where it is missing.</param>
internal sealed class FileMembershipTable(string folder) : IMembershipTable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _list = Path.Combine(folder, "members.json");
    private readonly string _lock = Path.Combine(folder, "members.lock");

    /// <inheritdoc/>
    public Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"clustering.folder: {folder} cannot be written: {problem.Message}");
        }

        return Locked(list => (true, list));
    }

    /// <inheritdoc/>
    public Task DeleteMembershipTableEntries(string clusterId) => Locked(_ => (true, new List()));

    /// <inheritdoc/>
    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Locked(list =>
        (true, list with { Members = [.. list.Members.Where(each => each.Status != SiloStatus.Dead || each.IAmAliveTime > beforeDate.UtcDateTime)] }));

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        List list = await Read();
        Member? found = list.Members.FirstOrDefault(each => each.Silo == key.ToParsableString());
        return found is null ? new MembershipTableData(list.TableVersion) : new MembershipTableData(found.Entry, list.TableVersion);
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadAll()
    {
        List list = await Read();
        return new MembershipTableData([.. list.Members.Select(each => each.Entry)], list.TableVersion);
    }

    /// <inheritdoc/>
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Locked(list =>
        list.Tag != tableVersion.VersionEtag || list.Members.Any(each => each.Silo == entry.SiloAddress.ToParsableString())
            ? (false, list)
            : (true, list.Next(tableVersion.Version, [.. list.Members, Member.Of(entry, 1)])));

    /// <inheritdoc/>
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Locked(list =>
    {
        int at = list.Members.FindIndex(each => each.Silo == entry.SiloAddress.ToParsableString());
        if (list.Tag != tableVersion.VersionEtag || at < 0 || list.Members[at].ETag != etag)
        {
            return (false, list);
        }

        List<Member> members = [.. list.Members];
        members[at] = Member.Of(entry, members[at].Tag + 1);
        return (true, list.Next(tableVersion.Version, members));
    });

    /// <inheritdoc/>
    public Task UpdateIAmAlive(MembershipEntry entry) => Locked(list =>
    {
        string silo = entry.SiloAddress.ToParsableString();
        return (true, list with { Members = [.. list.Members.Select(each => each.Silo == silo ? each with { IAmAliveTime = entry.IAmAliveTime } : each)] });
    });

    private Task<List> Read() => Task.Run(Parse);

    private Task<bool> Locked(Func<List, (bool Done, List List)> change) => Task.Run(async () =>
    {
        await using FileStream held = await Take();
        List before = Parse();
        (bool done, List after) = change(before);
        if (done && !ReferenceEquals(before, after) || !File.Exists(_list))
        {
            AtomicFile.WriteAllBytes(_list, JsonSerializer.SerializeToUtf8Bytes(after, Json));
        }

        return done;
    });

    private async Task<FileStream> Take()
    {
        long since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(_lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(Random.Shared.Next(2, 12));
            }
        }
    }

    private List Parse() => File.Exists(_list) ? JsonSerializer.Deserialize<List>(File.ReadAllBytes(_list), Json) ?? new List() : new List();

    /// <summary>The file.</summary>
    private sealed record List
    {
        public int Version { get; init; }

        public List<Member> Members { get; init; } = [];

        [System.Text.Json.Serialization.JsonIgnore]
        public string Tag => Version.ToString(CultureInfo.InvariantCulture);

        [System.Text.Json.Serialization.JsonIgnore]
        public TableVersion TableVersion => new(Version, Tag);

        public List Next(int version, List<Member> members) => new() { Version = version, Members = members };
    }

    /// <summary>One silo.</summary>
    private sealed record Member(
        string Silo, SiloStatus Status, int ProxyPort, string? HostName, string? SiloName, string? RoleName, DateTime StartTime, DateTime IAmAliveTime, IReadOnlyList<Suspicion> Suspicions, int Tag)
    {
        [System.Text.Json.Serialization.JsonIgnore]
        public string ETag => Tag.ToString(CultureInfo.InvariantCulture);

        [System.Text.Json.Serialization.JsonIgnore]
        public Tuple<MembershipEntry, string> Entry => Tuple.Create(
            new MembershipEntry
            {
                SiloAddress = SiloAddress.FromParsableString(Silo),
                Status = Status,
                ProxyPort = ProxyPort,
                HostName = HostName ?? "",
                SiloName = SiloName ?? "",
                RoleName = RoleName,
                StartTime = StartTime,
                IAmAliveTime = IAmAliveTime,
                SuspectTimes = [.. Suspicions.Select(each => Tuple.Create(SiloAddress.FromParsableString(each.By), each.At))],
            },
            ETag);

        public static Member Of(MembershipEntry entry, int tag) => new(
            entry.SiloAddress.ToParsableString(),
            entry.Status,
            entry.ProxyPort,
            entry.HostName,
            entry.SiloName,
            entry.RoleName,
            entry.StartTime,
            entry.IAmAliveTime,
            [.. (entry.SuspectTimes ?? []).Select(each => new Suspicion(each.Item1.ToParsableString(), each.Item2))],
            tag);
    }

    /// <summary>A silo that suspects this one, and since when.</summary>
    private sealed record Suspicion(string By, DateTime At);
}
