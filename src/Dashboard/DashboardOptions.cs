using System.Net;

namespace Cluster.Dashboard;

/// <summary>What a dashboard shows, and where.</summary>
public sealed record DashboardOptions
{
    /// <summary>The first port that is tried where none is named.</summary>
    public const int UsualPort = 8420;

    /// <summary>The folder that holds all runs; it need not exist yet.</summary>
    public required string Runs { get; init; }

    /// <summary>The interface it listens on; by default this machine alone can reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free, null for the first free one from <see cref="UsualPort"/> on.</summary>
    public int? Port { get; init; }

    /// <summary>Reaches the actors of the cluster that trains these runs; null shows files alone.</summary>
    public IGrainFactory? Grains { get; init; }

    /// <summary>The token that all but pages and scripts ask for; null for none, which is for this machine alone where there is a cluster.</summary>
    public string? Token { get; init; }

    /// <summary>How often files are looked at while somebody watches.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);
}
