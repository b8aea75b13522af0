using System.Runtime.CompilerServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Parts of a tensor, by position, by slice, by mask and by tensors of indices.
    public unsafe partial class Tensor
    {
        public Tensor narrow(long dim, long start, long length) => Made(Native.ct_narrow(Handle, dim, start, length), this);
        public Tensor slice(long dim, long start, long finish, long step) => Made(Native.ct_slice(Handle, dim, &start, &finish, step), this);
        public Tensor select(long dim, long index) => Made(Native.ct_select(Handle, dim, index), this);
        public Tensor index_select(long dim, Tensor index) => Made(Native.ct_index_select(Handle, dim, index.Handle), this, index);
        public Tensor gather(long dim, Tensor index) => Made(Native.ct_gather(Handle, dim, index.Handle), this, index);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Made(Native.ct_scatter(Handle, dim, index.Handle, src.Handle), this, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Changed(Native.ct_scatter_(Handle, dim, index.Handle, src.Handle), index, src);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Made(Native.ct_scatter_add(Handle, dim, index.Handle, src.Handle), this, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Changed(Native.ct_scatter_add_(Handle, dim, index.Handle, src.Handle), index, src);
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Made(Native.ct_index_add(Handle, dim, index.Handle, source.Handle, alpha.Value), this, index, source);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Changed(Native.ct_index_add_(Handle, dim, index.Handle, source.Handle, alpha.Value), index, source);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Changed(Native.ct_index_copy_(Handle, dim, index.Handle, source.Handle), index, source);
        public Tensor masked_fill(Tensor mask, Scalar value) => Made(Native.ct_masked_fill(Handle, mask.Handle, value.Value), this, mask);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Changed(Native.ct_masked_fill_(Handle, mask.Handle, value.Value), mask);
        public Tensor masked_select(Tensor mask) => Made(Native.ct_masked_select(Handle, mask.Handle), this, mask);
        public Tensor take(Tensor index) => Made(Native.ct_take(Handle, index.Handle), this, index);
        public Tensor nonzero() => Made(Native.ct_nonzero(Handle), this);

        /// <summary>This where the condition holds, y elsewhere.</summary>
        public Tensor where(Tensor condition, Tensor y)
        {
            if (condition.dtype != ScalarType.Bool) throw new ArgumentException("The condition to 'where' must be a boolean tensor.");
            return Made(Native.ct_where(condition.Handle, Handle, y.Handle), this, condition, y);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => index_put_(value, TensorIndex.Single(i1));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(i1, i2);
            set => index_put_(value, TensorIndex.Single(i1), TensorIndex.Single(i2));
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(i1, i2, i3);
            set => index_put_(value, TensorIndex.Single(i1), TensorIndex.Single(i2), TensorIndex.Single(i3));
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => index(Array.ConvertAll(indices, i => TensorIndex.Single(i)));
            set => index_put_(value, Array.ConvertAll(indices, i => TensorIndex.Single(i)));
        }

        /// <summary>A view where no tensor of indices is among the entries, else a copy.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (part, tensors) = Part(indices);
            if (tensors is null) return part;
            using (part)
                fixed (nint* t = tensors)
                {
                    var made = Made(Native.ct_index(part.Handle, t, tensors.Length), part);
                    GC.KeepAlive(indices);
                    return made;
                }
        }

        public Tensor index(params Tensor[] indices) => index(Array.ConvertAll(indices, TensorIndex.Tensor));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => Put(value, indices, false);
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false) => Put(value, indices, accumulate);
        public Tensor index_put_(Tensor value, params Tensor[] indices) => Put(value, Array.ConvertAll(indices, TensorIndex.Tensor), false);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var one = FromScalar(value, dtype, device);
            return Put(one, indices, false);
        }

        private Tensor Put(Tensor value, TensorIndex[] indices, bool accumulate)
        {
            var (part, tensors) = Part(indices);
            using (part)
            {
                if (tensors is null && accumulate) part.add_(value);
                else if (tensors is null) part.copy_(value);
                else
                    fixed (nint* t = tensors)
                        part.Changed(Native.ct_index_put_(part.Handle, t, tensors.Length, value.Handle, accumulate), value);
            }
            GC.KeepAlive(indices);
            return this;
        }

        // Applies all that makes a view; what is left are tensors of indices, one place for each dimension of the view.
        private (Tensor Part, nint[]? Tensors) Part(TensorIndex[] indices)
        {
            var consumed = 0L;
            foreach (var entry in indices)
                consumed += entry.kind switch
                {
                    TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
                    TensorIndex.Kind.Tensor => entry.tensor!.dtype is ScalarType.Bool or ScalarType.Byte ? Math.Max(1, entry.tensor.dim()) : 1,
                    _ => 0,
                };
            if (consumed > dim()) throw new System.Runtime.InteropServices.ExternalException($"too many indices for tensor of dimension {dim()}");

            var part = alias();
            var at = 0L;
            nint[]? tensors = null;
            foreach (var entry in indices)
            {
                var before = part;
                switch (entry.kind)
                {
                    case TensorIndex.Kind.Single:
                        part = part.select(at, entry.start ?? throw new ArgumentException("an index of null selects nothing"));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (entry.start is not null || entry.stop is not null || entry.step is not null)
                        {
                            long start = entry.start ?? 0, stop = entry.stop ?? 0;
                            part = Made(Native.ct_slice(part.Handle, at, entry.start is null ? null : &start, entry.stop is null ? null : &stop, entry.step ?? 1), part);
                        }
                        at++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        at += dim() - consumed;
                        break;
                    case TensorIndex.Kind.None:
                        part = part.unsqueeze(at++);
                        break;
                    case TensorIndex.Kind.Bool:
                        throw new NotSupportedException("a boolean is no index here; use a Bool tensor");
                    default:
                        Array.Resize(ref tensors, (int)at + 1);
                        tensors[at] = entry.tensor!.Handle;
                        at += entry.tensor.dtype is ScalarType.Bool or ScalarType.Byte ? Math.Max(1, entry.tensor.dim()) : 1;
                        break;
                }
                if (!ReferenceEquals(before, part)) before.Dispose();
            }
            return (part, tensors);
        }
    }
}
