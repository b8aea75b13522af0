using System.Reflection;

namespace Cluster.Silo;

/// <summary>All settings of a silo, one options class for each concern.</summary>
public sealed class SiloSettings
{
    /// <summary>Who the silo is and where it listens.</summary>
    public NodeOptions Node { get; } = new();

    /// <summary>How silos find each other.</summary>
    public MembershipOptions Membership { get; } = new();

    /// <summary>Where runs and data are.</summary>
    public FolderOptions Folders { get; } = new();

    /// <summary>Health and status over HTTP.</summary>
    public HttpOptions Http { get; } = new();

    /// <summary>Which runs train, and when.</summary>
    public QueueOptions Queue { get; } = new();

    /// <summary>What the silo offers to train on.</summary>
    public DeviceOptions Devices { get; } = new();

    /// <summary>How tensors travel between silos beside the messages.</summary>
    public BulkSettings Bulk { get; } = new();

    /// <summary>Certificates of silos and clients.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>Who may be a client.</summary>
    public ClientOptions Clients { get; } = new();

    /// <summary>Every setting that there is, in the order of help.</summary>
    public static IReadOnlyList<Setting> All { get; } = List();

    private static IReadOnlyList<Setting> List()
    {
        SiloSettings standard = new();
        return
        [
            .. from section in typeof(SiloSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
               from property in section.PropertyType.GetProperties()
               let about = property.GetCustomAttribute<SettingAttribute>()
               where about is not null
               select new Setting(section, property, about, property.GetValue(section.GetValue(standard))),
        ];
    }
}
