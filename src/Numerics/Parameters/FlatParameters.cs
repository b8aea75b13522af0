using TorchSharp;
using static TorchSharp.torch;

namespace Cluster.Numerics;

/// <summary>
/// A network's parameters and their gradients, each in one contiguous buffer; what the network computes with are leaf views of it.
/// Backward adds into <see cref="Gradients"/> directly, and exchange, optimizer and checkpoint see two vectors.
/// <para>Two things replace the gradient views: <c>Module.zero_grad()</c> and <c>backward</c> with <c>create_graph: true</c>. Use
/// <see cref="ZeroGradients"/> and <c>autograd.grad</c>, or call <see cref="AttachGradients"/> after.</para>
/// Values must not change between forward and backward. All tensors belong to this object and to no dispose scope.
/// </summary>
public sealed class FlatParameters : IDisposable
{
    private readonly Dictionary<string, Tensor> byName = new(StringComparer.Ordinal);
    private readonly Tensor[] leaves;

    /// <summary>All values 0 until <see cref="Initialize"/> or a copy into <see cref="Values"/>; all gradients 0.</summary>
    /// <exception cref="ArgumentException">The dtype is not floating-point.</exception>
    public FlatParameters(ParameterLayout layout, Device device, ScalarType dtype = ScalarType.Float32)
    {
        if (dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException($"Parameters of dtype {dtype} cannot be trained: it must be floating-point.", nameof(dtype));
        Layout = layout;
        Values = zeros(layout.Count, dtype, device).DetachFromDisposeScope();
        Gradients = zeros(layout.Count, dtype, device).DetachFromDisposeScope();
        leaves = new Tensor[layout.Slots.Count];
        for (var i = 0; i < leaves.Length; i++)
        {
            using var view = View(Values, layout.Slots[i]);
            leaves[i] = view.detach().requires_grad_().DetachFromDisposeScope();
            byName.Add(layout.Slots[i].Spec.Name, leaves[i]);
        }

        AttachGradients();
    }

    /// <summary>Where each parameter lies.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>All values, shape [Layout.Count], without gradient. Writing to it changes the leaves.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, shape [Layout.Count].</summary>
    public Tensor Gradients { get; }

    /// <summary>The parameters in the layout's order, each of its own shape; leaves of the graph.</summary>
    public IReadOnlyList<Tensor> Leaves => leaves;

    /// <summary>The parameter of that name, of its own shape; a leaf of the graph.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Tensor this[string name] => byName.TryGetValue(name, out var leaf)
        ? leaf
        : throw new KeyNotFoundException($"No parameter is named '{name}'; there are {string.Join(", ", byName.Keys)}.");

    /// <summary>
    /// Gives every parameter its first values, each from the stream (seed, role, 0, 0, "init/" + name): index 0 for all replicas, so
    /// that they begin equal, and one stream each, so that a layer added to a network leaves the others' values as they were.
    /// </summary>
    public void Initialize(ulong seed, string role)
    {
        using var guard = no_grad();
        foreach (var slot in Layout.Slots)
        {
            using var values = Values.narrow(0, slot.Offset, slot.Count);
            slot.Spec.Initializer.Fill(RandomStream.Named(seed, role, 0, 0, "init/" + slot.Spec.Name), values);
        }
    }

    /// <summary>Sets all gradients to 0, in place.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>
    /// Makes every leaf's <c>grad</c> a view of <see cref="Gradients"/> again. A gradient that had taken its place is dropped;
    /// <see cref="Gradients"/> keeps what it held.
    /// </summary>
    public void AttachGradients()
    {
        for (var i = 0; i < leaves.Length; i++)
        {
            using var view = View(Gradients, Layout.Slots[i]);
            leaves[i].grad = view;
        }
    }

    /// <summary>Frees both buffers and all views.</summary>
    public void Dispose()
    {
        foreach (var leaf in leaves) leaf.Dispose();
        Values.Dispose();
        Gradients.Dispose();
    }

    private static Tensor View(Tensor flat, ParameterSlot slot)
    {
        using var piece = flat.narrow(0, slot.Offset, slot.Count);
        return piece.view([.. slot.Spec.Shape]);
    }
}
