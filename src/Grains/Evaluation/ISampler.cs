namespace Cluster.Grains;

/// <summary>A trained model that draws samples from a distribution of its own, which can be judged beside the data.</summary>
internal interface ISampler
{
    /// <summary>Whether the model has a distribution to draw from; an autoencoder has none.</summary>
    bool Draws => true;

    /// <summary>The range that samples of scaled data lie in; other data are what they are.</summary>
    (float Low, float High) PixelRange { get; }

    /// <summary>
    /// Largest absolute value of a latent's element: larger ones are drawn anew (Brock et al. 2019, arXiv:1809.11096, section 3.1). 0 for
    /// no bound.
    /// </summary>
    /// <exception cref="Contracts.InputException">The model has no latents to truncate.</exception>
    double Truncation { set; }

    /// <summary>Samples that are drawn at once, at most a second or two of work.</summary>
    int Block => 1000;

    /// <summary>Samples, count × pixels; on the device's thread.</summary>
    /// <param name="block">Names the streams beside the seed: blocks are independent.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Names the streams.</param>
    float[] Samples(int block, int count, ulong seed);

    /// <summary>The classes that <see cref="Samples"/> with the same arguments are asked to be of; empty where the model is told none.</summary>
    int[] Labels(int block, int count, ulong seed) => [];
}
