namespace Cluster.Silo;

/// <summary>Certificates of silos and clients: both sides show one of the cluster's own authority, and nobody else is spoken to.</summary>
public sealed class TlsOptions
{
    /// <summary>This side's certificate, PEM.</summary>
    [Setting("tls.certificate", "This silo's certificate (PEM); with it silos and clients speak TLS alone", Path = true)]
    public string? Certificate { get; set; }

    /// <summary>Its private key, PEM.</summary>
    [Setting("tls.key", "The certificate's private key (PEM)", Path = true)]
    public string? Key { get; set; }

    /// <summary>The certificate of the authority that signed every silo's and client's, PEM.</summary>
    [Setting("tls.authority", "The certificate of the authority that signed every silo's and client's (PEM)", Path = true)]
    public string? Authority { get; set; }

    /// <summary>Whether connections are encrypted.</summary>
    public bool IsOn => Certificate is not null && Key is not null && Authority is not null;

    internal static IEnumerable<string> Mistakes(TlsOptions options)
    {
        (string Key, string? Path)[] files = [("tls.certificate", options.Certificate), ("tls.key", options.Key), ("tls.authority", options.Authority)];
        if (files.Any(each => each.Path is not null) && files.Any(each => each.Path is null))
        {
            yield return $"{string.Join(" and ", files.Where(each => each.Path is null).Select(each => each.Key))} is missing: TLS needs certificate, key and authority";
        }

        foreach ((string key, string? path) in files)
        {
            if (path is not null && !File.Exists(path))
            {
                yield return $"{key}: there is no file {path}";
            }
        }
    }
}
