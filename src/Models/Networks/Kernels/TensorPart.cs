using static TorchSharp.torch;

namespace Cluster.Models;

/// <summary>A part of a tensor along a dimension: a view that is freed with this, or the tensor itself where the part is all of it.</summary>
internal readonly ref struct TensorPart : IDisposable
{
    private readonly Tensor? _view;

    public TensorPart(Tensor whole, int dimension, int first, int count)
    {
        _view = whole.shape[dimension] == count ? null : whole.narrow(dimension, first, count);
        Tensor = _view ?? whole;
    }

    public Tensor Tensor { get; }

    public void Dispose() => _view?.Dispose();
}
