using System.Net;
using Orleans;
using Orleans.Runtime;

namespace Cluster.Silo.Tests;

/// <summary>The list of silos in a file keeps the contract of <see cref="IMembershipTable"/>, several processes at once included.</summary>
public sealed class FileMembershipTableTests : IDisposable
{
    private readonly Place _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task AnInsertNeedsThePresentVersionAndANewSilo()
    {
        FileMembershipTable table = await Table();
        TableVersion zero = (await table.ReadAll()).Version;
        Assert.True(await table.InsertRow(Entry(1), zero.Next()));
        Assert.False(await table.InsertRow(Entry(2), zero.Next()));
        TableVersion one = (await table.ReadAll()).Version;
        Assert.Equal(zero.Version + 1, one.Version);
        Assert.False(await table.InsertRow(Entry(1), one.Next()));
        Assert.True(await table.InsertRow(Entry(2), one.Next()));
        Assert.Equal(2, (await table.ReadAll()).Members.Count);
    }

    [Fact]
    public async Task AnUpdateNeedsTheRowsOwnTag()
    {
        FileMembershipTable table = await Table();
        await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next());
        MembershipTableData data = await table.ReadRow(Entry(1).SiloAddress);
        (MembershipEntry entry, string tag) = data.Members.Single();
        entry.Status = SiloStatus.Active;
        entry.AddSuspector(Entry(9).SiloAddress, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        Assert.False(await table.UpdateRow(entry, tag + "x", data.Version.Next()));
        Assert.True(await table.UpdateRow(entry, tag, data.Version.Next()));
        Assert.False(await table.UpdateRow(entry, tag, (await table.ReadAll()).Version.Next()));
        MembershipEntry read = (await (await Table()).ReadAll()).Members.Single().Item1;
        Assert.Equal(SiloStatus.Active, read.Status);
        Assert.Equal(Entry(9).SiloAddress, read.SuspectTimes!.Single().Item1);
        Assert.False(await table.UpdateRow(Entry(3), tag, (await table.ReadAll()).Version.Next()));
    }

    [Fact]
    public async Task IAmAliveLeavesTheVersionAlone()
    {
        FileMembershipTable table = await Table();
        await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next());
        TableVersion before = (await table.ReadAll()).Version;
        MembershipEntry entry = Entry(1);
        entry.IAmAliveTime = new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await table.UpdateIAmAlive(entry);
        MembershipTableData after = await table.ReadAll();
        Assert.Equal(before, after.Version);
        Assert.Equal(entry.IAmAliveTime, after.Members.Single().Item1.IAmAliveTime);
    }

    [Fact]
    public async Task ManyWritersLoseNothing()
    {
        await Table();
        await Task.WhenAll(Enumerable.Range(1, 24).Select(async port =>
        {
            FileMembershipTable table = new(_place.Path("members"));
            while (!await table.InsertRow(Entry(port), (await table.ReadAll()).Version.Next()))
            {
            }
        }));
        MembershipTableData all = await new FileMembershipTable(_place.Path("members")).ReadAll();
        Assert.Equal(24, all.Members.Count);
        Assert.Equal(24, all.Version.Version);
    }

    [Fact]
    public async Task DeadSilosAreForgottenInTime()
    {
        FileMembershipTable table = await Table();
        MembershipEntry dead = Entry(1);
        dead.Status = SiloStatus.Dead;
        await table.InsertRow(dead, (await table.ReadAll()).Version.Next());
        await table.InsertRow(Entry(2), (await table.ReadAll()).Version.Next());
        await table.CleanupDefunctSiloEntries(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(Entry(2).SiloAddress, (await table.ReadAll()).Members.Single().Item1.SiloAddress);
    }

    private static MembershipEntry Entry(int port) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), 7),
        SiloName = "silo",
        HostName = "host",
        Status = SiloStatus.Joining,
        StartTime = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        IAmAliveTime = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc),
    };

    private async Task<FileMembershipTable> Table()
    {
        FileMembershipTable table = new(_place.Path("members"));
        await table.InitializeMembershipTable(true);
        return table;
    }
}
