namespace Orleans.Runtime;

/// <summary>Who the silo of these services is.</summary>
public interface ILocalSiloDetails
{
    /// <summary>The silo's name.</summary>
    string Name { get; }

    /// <summary>The cluster's id.</summary>
    string ClusterId { get; }

    /// <summary>The machine's name.</summary>
    string DnsHostName { get; }

    /// <summary>The silo's address.</summary>
    SiloAddress SiloAddress { get; }

    /// <summary>The address of its gateway.</summary>
    SiloAddress GatewayAddress { get; }
}

internal sealed class LocalSiloDetails(Silo silo) : ILocalSiloDetails
{
    public string Name => silo.Name;

    public string ClusterId => silo.Hub.ClusterId;

    public string DnsHostName => "localhost";

    public SiloAddress SiloAddress => silo.Address;

    public SiloAddress GatewayAddress => silo.Gateway;
}
