using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Views and rearrangements.
    public unsafe partial class Tensor
    {
        public Tensor view(params long[] shape)
        {
            fixed (long* s = shape) return Made(Native.ct_view(Handle, s, shape.Length), this);
        }

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor reshape(params long[] shape)
        {
            fixed (long* s = shape) return Made(Native.ct_reshape(Handle, s, shape.Length), this);
        }

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Made(Native.ct_flatten(Handle, start_dim, end_dim), this);

        public Tensor unflatten(long dim, params long[] sizes)
        {
            fixed (long* s = sizes) return Made(Native.ct_unflatten(Handle, dim, s, sizes.Length), this);
        }

        public Tensor ravel() => reshape(-1);

        public Tensor permute(params long[] permutation)
        {
            fixed (long* p = permutation) return Made(Native.ct_permute(Handle, p, permutation.Length), this);
        }

        public Tensor transpose(long dim0, long dim1) => Made(Native.ct_transpose(Handle, dim0, dim1), this);
        public Tensor transpose_(long dim0, long dim1) => Changed(Native.ct_transpose_(Handle, dim0, dim1));
        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);
        public Tensor t() => Made(Native.ct_t(Handle), this);
        public Tensor T => t();
        public Tensor mT => Made(Native.ct_mT(Handle), this);

        /// <summary>Drops one dimension of size 1, or all of them.</summary>
        public Tensor squeeze(long? dim = null) =>
            Made(dim is { } one ? Native.ct_squeeze_dim(Handle, one) : Native.ct_squeeze(Handle), this);

        public Tensor unsqueeze(long dim) => Made(Native.ct_unsqueeze(Handle, dim), this);
        public Tensor unsqueeze_(long dim) => Changed(Native.ct_unsqueeze_(Handle, dim));

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false)
        {
            fixed (long* s = sizes) return Made(Native.ct_expand(Handle, s, sizes.Length, isImplicit), this);
        }

        public Tensor expand(long[] sizes, bool isImplicit = false) => expand((ReadOnlySpan<long>)sizes, isImplicit);
        public Tensor expand(params long[] sizes) => expand((ReadOnlySpan<long>)sizes);
        public Tensor expand_as(Tensor other) => expand((ReadOnlySpan<long>)other.shape);
        public Tensor broadcast_to(params long[] shape) => expand((ReadOnlySpan<long>)shape);

        public Tensor repeat(params long[] sizes)
        {
            fixed (long* s = sizes) return Made(Native.ct_repeat(Handle, s, sizes.Length), this);
        }

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null)
        {
            var d = dim ?? 0;
            return Made(Native.ct_repeat_interleave(Handle, repeats, dim is null ? null : &d), this);
        }

        public Tensor tile(long[] reps)
        {
            fixed (long* r = reps) return Made(Native.ct_tile(Handle, r, reps.Length), this);
        }

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0L)
        {
            fixed (long* s = size, t = strides)
                return Made(Native.ct_as_strided(Handle, s, size.Length, t, strides.Length, storageOffset), this);
        }

        public Tensor unfold(long dimension, long size, long step) => Made(Native.ct_unfold(Handle, dimension, size, step), this);
        public Tensor diag(long diagonal = 0) => Made(Native.ct_diag(Handle, diagonal), this);
        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L) => Made(Native.ct_diagonal(Handle, offset, dim1, dim2), this);
        public Tensor tril(long diagonal = 0) => Made(Native.ct_tril(Handle, diagonal), this);
        public Tensor triu(long diagonal = 0) => Made(Native.ct_triu(Handle, diagonal), this);

        public Tensor flip(params long[] dims)
        {
            fixed (long* d = dims) return Made(Native.ct_flip(Handle, d, dims.Length), this);
        }

        public Tensor roll(long shifts, long? dims = null)
        {
            var d = dims ?? 0;
            return Made(Native.ct_roll(Handle, &shifts, 1, &d, dims is null ? 0 : 1), this);
        }

        public Tensor roll(long[] shifts, long[] dims)
        {
            fixed (long* s = shifts, d = dims) return Made(Native.ct_roll(Handle, s, shifts.Length, d, dims.Length), this);
        }

        public Tensor movedim(long[] source, long[] destination)
        {
            fixed (long* s = source, d = destination)
                return Made(Native.ct_movedim(Handle, s, source.Length, d, destination.Length), this);
        }

        public Tensor[] split(long size, int dim = 0)
        {
            long count;
            return Handles.Take(Native.ct_split(Handle, size, dim, &count), count, this);
        }

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0)
        {
            long count;
            fixed (long* s = sizes) return Handles.Take(Native.ct_split_sizes(Handle, s, sizes.Length, dim, &count), count, this);
        }

        public Tensor[] split(long[] sizes, long dim = 0) => split((ReadOnlySpan<long>)sizes, dim);

        public Tensor[] chunk(long chunks, long dim = 0L)
        {
            long count;
            return Handles.Take(Native.ct_chunk(Handle, chunks, dim, &count), count, this);
        }

        public Tensor[] unbind(long dimension = 0L)
        {
            long count;
            return Handles.Take(Native.ct_unbind(Handle, dimension, &count), count, this);
        }
    }
}
