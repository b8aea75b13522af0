namespace Orleans.TestingHost;

/// <summary>What a test cluster is made of.</summary>
public class TestClusterOptions
{
    /// <summary>The cluster's id.</summary>
    public string ClusterId { get; set; } = "";

    /// <summary>The service's id.</summary>
    public string ServiceId { get; set; } = "";

    /// <summary>How many silos there are at first.</summary>
    public short InitialSilosCount { get; set; }

    /// <summary>The first silo's port; the others follow.</summary>
    public int BaseSiloPort { get; set; }

    /// <summary>The first gateway's port; the others follow.</summary>
    public int BaseGatewayPort { get; set; }

    /// <summary>Whether deploying makes the client too. Default: yes.</summary>
    public bool InitializeClientOnDeploy { get; set; } = true;

    /// <summary>The types that configure silos.</summary>
    public List<string?> SiloBuilderConfiguratorTypes { get; } = [];

    /// <summary>The types that configure the client.</summary>
    public List<string?> ClientBuilderConfiguratorTypes { get; } = [];
}
