using Cluster.Numerics;

namespace Cluster.Models.Autoencoders;

/// <summary>The parameters of both halves on one device. Owns them.</summary>
/// <param name="Encoder">Of the encoder's layout.</param>
/// <param name="Decoder">Of the decoder's.</param>
/// <param name="Codebook">Of the codebook's; null where the model has none.</param>
public sealed record CoderParameters(FlatParameters Encoder, FlatParameters Decoder, FlatParameters? Codebook = null) : IDisposable
{
    /// <summary>Frees all.</summary>
    public void Dispose()
    {
        Encoder.Dispose();
        Decoder.Dispose();
        Codebook?.Dispose();
    }
}
