using System.Globalization;
using Cluster.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Models.Classifiers;

/// <summary>
/// A trained <see cref="LeNet"/> that tells features and classes of images. Owns its parameters. Its shape is read from the tensors
/// alone, so that an exported file needs nothing beside it.
/// </summary>
public sealed class FeatureExtractor : IDisposable
{
    private const string Weight = ".weight";

    private readonly LeNet _network;
    private readonly FlatParameters _parameters;

    private FeatureExtractor(LeNet network, FlatParameters parameters) => (_network, _parameters) = (network, parameters);

    /// <summary>Elements of a feature vector, F.</summary>
    public int Features => (int)_network.Features.Outputs;

    /// <summary>Classes, C.</summary>
    public int Classes => (int)_network.Network.Outputs;

    /// <summary>The network of a classifier's exported tensors, in float32.</summary>
    /// <param name="tensors">By name: <c>classifier.0.weight</c>, <c>classifier.0.bias</c>, …; others are left alone.</param>
    /// <param name="prefix">What the names begin with: <c>classifier.</c></param>
    /// <param name="image">Size of the images that it is to see.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="ArgumentException">The tensors are no LeNet's, or one for images of another size; the message says which.</exception>
    public static FeatureExtractor From(IReadOnlyDictionary<string, Tensor> tensors, string prefix, ImageSize image, Device device)
    {
        long[][] weights = [.. tensors
            .Where(each => each.Key.StartsWith(prefix, StringComparison.Ordinal) && each.Key.EndsWith(Weight, StringComparison.Ordinal))
            .Select(each => (Place: PlaceOf(each.Key[prefix.Length..^Weight.Length]), each.Value.shape))
            .OrderBy(each => each.Place).Select(each => each.shape)];
        long[][] convolutions = [.. weights.TakeWhile(shape => shape.Length == 4)], linear = [.. weights.Skip(convolutions.Length)];
        if (convolutions.Length == 0 || linear.Length < 2 || linear.Any(shape => shape.Length != 2) || convolutions.Any(shape => shape[2] != shape[3] || shape[2] != convolutions[0][2]))
        {
            throw new ArgumentException($"it holds no tensors {prefix}0{Weight}, … of convolutions and then of at least two linear layers; it holds {Names(tensors)}");
        }

        LeNet network;
        LeNetOptions options = new()
        {
            Channels = [.. convolutions.Select(shape => (int)shape[0])],
            Kernel = (int)convolutions[0][2],
            Hidden = [.. linear[..^1].Select(shape => (int)shape[0])],
        };
        try
        {
            network = new LeNet(options, image, (int)linear[^1][0]);
        }
        catch (ArgumentException unfit)
        {
            throw new ArgumentException($"it does not fit images of {image.Channels}x{image.Height}x{image.Width}: {unfit.Message}", unfit);
        }

        foreach (ParameterSlot slot in network.Network.Layout.Slots)
        {
            if (!tensors.TryGetValue(prefix + slot.Spec.Name, out Tensor? found))
            {
                throw new ArgumentException($"it holds no tensor {prefix}{slot.Spec.Name}; it holds {Names(tensors)}");
            }

            if (!found.shape.SequenceEqual(slot.Spec.Shape))
            {
                throw new ArgumentException(
                    $"{prefix}{slot.Spec.Name} has the shape ({string.Join(", ", found.shape)}), but for images of {image.Channels}x{image.Height}x{image.Width} it must be ({string.Join(", ", slot.Spec.Shape)}): it was trained on other images");
            }
        }

        FlatParameters parameters = new(network.Network.Layout, device);
        using IDisposable guard = no_grad();
        foreach (ParameterSlot slot in network.Network.Layout.Slots)
        {
            using Tensor into = parameters.Values.narrow(0, slot.Offset, slot.Count);
            using Tensor flat = tensors[prefix + slot.Spec.Name].reshape(-1);
            into.copy_(flat);
        }

        return new FeatureExtractor(network, parameters);
    }

    /// <summary>Features and class probabilities of images.</summary>
    /// <param name="x_BD">Pixels from 0 to 1, float32, on the extractor's device.</param>
    /// <returns>Shapes (B, F) and (B, C), of the present dispose scope.</returns>
    public (Tensor Features_BF, Tensor Probability_BC) Look(Tensor x_BD)
    {
        using IDisposable guard = no_grad();
        Tensor features_BF = _network.Features.Forward(_parameters, x_BD);
        string head = _network.Head.ToString(CultureInfo.InvariantCulture);
        Tensor logits_BC = nn.functional.linear(features_BF, _parameters[head + Weight], _parameters[head + ".bias"]);
        return (features_BF, logits_BC.softmax(1));
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose() => _parameters.Dispose();

    private static int PlaceOf(string place) =>
        int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;

    private static string Names(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Count == 0 ? "none" : string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal).Take(8)) + (tensors.Count > 8 ? ", …" : "");
}
