using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cluster.Contracts;

namespace Cluster.Silo;

/// <summary>This side's certificate with its key, and the authority whose certificates it takes from others.</summary>
internal sealed record Certificates(X509Certificate2 Mine, X509Certificate2 Authority)
{
    /// <summary>Reads them; null where the settings name none.</summary>
    /// <exception cref="InputException">A file cannot be read, or the key is another's.</exception>
    public static Certificates? Load(TlsOptions options)
    {
        if (!options.IsOn)
        {
            return null;
        }

        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(options.Certificate!, options.Key);

            // Read again, as a key of its own: some platforms use none that came with PEM.
            return new Certificates(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), X509CertificateLoader.LoadCertificateFromFile(options.Authority!));
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"tls: {options.Certificate}, {options.Key} and {options.Authority} cannot be read as a certificate, its key and its authority: {problem.Message}");
        }
    }
}
