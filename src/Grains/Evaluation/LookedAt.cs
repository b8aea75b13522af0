using Cluster.Models.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Grains;

/// <summary>What a classifier sees in a set of images that comes block by block. Owns its tensors; on the device's thread.</summary>
/// <param name="classifier">Looks at them.</param>
/// <param name="count">How many images there are.</param>
/// <param name="pixels">Elements of an image.</param>
/// <param name="device">The classifier's.</param>
internal sealed class LookedAt(FeatureExtractor classifier, int count, int pixels, Device device) : IDisposable
{
    private readonly int[] _labels = new int[count];
    private int _seen;

    public int Count => count;

    /// <summary>Features in float64, shape (N, F).</summary>
    public Tensor Features { get; } = zeros([count, classifier.Features], ScalarType.Float64, device).DetachFromDisposeScope();

    /// <summary>Probabilities of the classes, shape (N, C).</summary>
    public Tensor Probabilities { get; } = zeros([count, classifier.Classes], ScalarType.Float64, device).DetachFromDisposeScope();

    /// <summary>The most probable class of each image.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Looks at the next images.</summary>
    /// <param name="images">Some × pixels, from 0 to 1.</param>
    public void Add(float[] images)
    {
        using DisposeScope scope = NewDisposeScope();
        int rows = images.Length / pixels;
        (Tensor features_BF, Tensor probability_BC) = classifier.Look(frombuffer(images, ScalarType.Float32).view(rows, pixels).to(device));
        using IDisposable guard = no_grad();
        Features.narrow(0, _seen, rows).copy_(features_BF);
        Probabilities.narrow(0, _seen, rows).copy_(probability_BC);
        long[] labels = probability_BC.argmax(1).cpu().data<long>().ToArray();
        Array.ConvertAll(labels, label => (int)label).CopyTo(_labels, _seen);
        _seen += rows;
    }

    public void Dispose()
    {
        Features.Dispose();
        Probabilities.Dispose();
    }
}
