using System.Net;

namespace Cluster.Silo;

/// <summary>How silos find each other, and how soon they give one up.</summary>
public sealed class MembershipOptions
{
    /// <summary>Where the list of silos is kept.</summary>
    [Setting("clustering.kind", "Where the list of silos is kept; localhost dies with its primary silo")]
    public ClusteringKind Kind { get; set; } = ClusteringKind.Localhost;

    /// <summary>For <c>localhost</c>: the primary silo. Default: this one.</summary>
    [Setting("clustering.primary", "localhost: HOST:PORT of the silo that keeps the list", Default = "this silo")]
    public string? Primary { get; set; }

    /// <summary>For <c>file</c>: a folder that all silos of this machine see.</summary>
    [Setting("clustering.folder", "file: the folder of the list, for silos of one machine", Path = true)]
    public string? Folder { get; set; }

    /// <summary>For <c>postgresql</c> and <c>redis</c>: the connection string.</summary>
    [Setting("clustering.connection", "postgresql, redis: the connection string", Secret = true)]
    public string? Connection { get; set; }

    /// <summary>A file that holds the connection string, for secrets that are mounted.</summary>
    [Setting("clustering.connectionFile", "postgresql, redis: a file that holds the connection string", Path = true)]
    public string? ConnectionFile { get; set; }

    /// <summary>Seconds between two probes of a silo, and how long one may take; 0.2 to 60.</summary>
    [Setting("clustering.probe", "Seconds between two probes of a silo, and how long one may take", Min = 0.2, Max = 60)]
    public double Probe { get; set; } = 5;

    /// <summary>Missed probes after which a silo is suspected; 1 to 20.</summary>
    [Setting("clustering.missed", "Missed probes after which a silo is suspected", Min = 1, Max = 20)]
    public int Missed { get; set; } = 3;

    /// <summary>Silos that must suspect one before it is given up; 1 to 10.</summary>
    [Setting("clustering.votes", "Silos that must suspect one before it is given up", Min = 1, Max = 10)]
    public int Votes { get; set; } = 2;

    internal IPEndPoint? PrimaryEndpoint { get; private set; }

    internal static IEnumerable<string> Mistakes(MembershipOptions options)
    {
        if (options.Primary is { } primary)
        {
            options.PrimaryEndpoint = Endpoints.TryParse(primary);
            if (options.PrimaryEndpoint is null)
            {
                yield return $"clustering.primary: '{primary}' is no HOST:PORT; write for example 127.0.0.1:11111";
            }
        }

        if (options.ConnectionFile is { } file)
        {
            if (SecretFile.Read("clustering.connectionFile", file, out string? connection) is { } problem)
            {
                yield return problem;
            }

            options.Connection = connection;
        }

        if (options.Kind == ClusteringKind.File && options.Folder is null)
        {
            yield return "clustering.kind file needs clustering.folder: a folder that all silos of this machine see";
        }

        if (options.Kind is ClusteringKind.Postgresql or ClusteringKind.Redis && string.IsNullOrEmpty(options.Connection)
            && options.ConnectionFile is null)
        {
            string example = options.Kind == ClusteringKind.Redis ? "localhost:6379" : "Host=localhost;Username=cluster;Database=cluster";
            yield return $"clustering.kind {options.Kind.ToString().ToLowerInvariant()} needs clustering.connection, for example {example}";
        }
    }
}

/// <summary>Where the list of silos is kept.</summary>
public enum ClusteringKind
{
    /// <summary>In the memory of one silo, the primary: the cluster dies with it.</summary>
    Localhost,

    /// <summary>In a locked file of one machine: any silo may go.</summary>
    File,

    /// <summary>In a PostgreSQL database.</summary>
    Postgresql,

    /// <summary>In Redis.</summary>
    Redis,
}
