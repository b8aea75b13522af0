using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Sums, means, extremes and orders.
    public unsafe partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Made(Native.ct_sum(Handle, TypeOf(type)), this);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => sum((ReadOnlySpan<long>)dim, keepdim, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null)
        {
            fixed (long* d = dim) return Made(Native.ct_sum_dim(Handle, d, dim.Length, keepdim, TypeOf(type)), this);
        }

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) =>
            Made(Native.ct_sum_dim(Handle, &dim, 1, keepdim, TypeOf(type)), this);

        public Tensor mean() => Made(Native.ct_mean(Handle), this);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null)
        {
            fixed (long* d = dimensions) return Made(Native.ct_mean_dim(Handle, d, dimensions.Length, keepdim, TypeOf(type)), this);
        }

        public Tensor var(bool unbiased = true) => Made(Native.ct_var(Handle, unbiased), this);
        public Tensor std(bool unbiased = true) => Made(Native.ct_std(Handle, unbiased), this);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            fixed (long* d = dimensions) return As(type, Made(Native.ct_var_dim(Handle, d, dimensions.Length, unbiased, keepdim), this));
        }

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            fixed (long* d = dimensions) return As(type, Made(Native.ct_std_dim(Handle, d, dimensions.Length, unbiased, keepdim), this));
        }

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);

        public Tensor prod(ScalarType? type = null) => Made(Native.ct_prod(Handle, TypeOf(type)), this);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Made(Native.ct_prod_dim(Handle, dim, keepdim, TypeOf(type)), this);
        public Tensor norm(float p = 2.0f) => Made(Native.ct_norm(Handle, p), this);
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Made(Native.ct_norm_dim(Handle, p, dim, keepdim), this);
        public Tensor logsumexp(long dim, bool keepdim = false) => Made(Native.ct_logsumexp(Handle, dim, keepdim), this);
        public Tensor cumsum(long dim, ScalarType? type = null) => Made(Native.ct_cumsum(Handle, dim, TypeOf(type)), this);
        public Tensor cumprod(long dim, ScalarType? type = null) => Made(Native.ct_cumprod(Handle, dim, TypeOf(type)), this);
        public Tensor logcumsumexp(long dim) => Made(Native.ct_logcumsumexp(Handle, dim), this);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Made(Native.ct_softmax(Handle, dim, TypeOf(dtype)), this);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Made(Native.ct_log_softmax(Handle, dim, TypeOf(dtype)), this);

        public Tensor all() => Made(Native.ct_all(Handle), this);
        public Tensor all(long dim, bool keepdim = false) => Made(Native.ct_all_dim(Handle, dim, keepdim), this);
        public Tensor any() => Made(Native.ct_any(Handle), this);
        public Tensor any(long dim, bool keepdim = false) => Made(Native.ct_any_dim(Handle, dim, keepdim), this);

        public Tensor max() => Made(Native.ct_max(Handle), this);
        public Tensor max(Tensor other) => maximum(other);
        public Tensor min() => Made(Native.ct_min(Handle), this);
        public Tensor min(Tensor other) => minimum(other);
        public Tensor median() => Made(Native.ct_median(Handle), this);
        public Tensor argmax() => Made(Native.ct_argmax(Handle), this);
        public Tensor argmax(long dim, bool keepdim = false) => Made(Native.ct_argmax_dim(Handle, dim, keepdim), this);
        public Tensor argmin() => Made(Native.ct_argmin(Handle), this);
        public Tensor argmin(long dim, bool keepdim = false) => Made(Native.ct_argmin_dim(Handle, dim, keepdim), this);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null)
        {
            fixed (long* d = dims) return Out(@out, Made(Native.ct_amax(Handle, d, dims.Length, keepdim), this));
        }

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null)
        {
            fixed (long* d = dims) return Out(@out, Made(Native.ct_amin(Handle, d, dims.Length, keepdim), this));
        }

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax((ReadOnlySpan<long>)dims, keepdim, @out);
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin((ReadOnlySpan<long>)dims, keepdim, @out);
        public Tensor amax(params long[] dims) => amax((ReadOnlySpan<long>)dims);
        public Tensor amin(params long[] dims) => amin((ReadOnlySpan<long>)dims);

        public Tensor count_nonzero(long[]? dims = null)
        {
            fixed (long* d = dims) return Made(Native.ct_count_nonzero(Handle, d, dims?.Length ?? 0), this);
        }

        public Tensor argsort(long dim = -1, bool descending = false) => Made(Native.ct_argsort(Handle, dim, descending), this);
        public Tensor bincount(Tensor? weights, long minlength = 0) => Made(Native.ct_bincount(Handle, HandleOf(weights), minlength), this, weights);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Made(Native.ct_quantile(Handle, q.Handle, dim, keepdim), this, q);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            var two = stackalloc nint[2];
            return Pair(Native.ct_max_dim(Handle, dim, keepdim, two), two);
        }

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            var two = stackalloc nint[2];
            return Pair(Native.ct_min_dim(Handle, dim, keepdim, two), two);
        }

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            var two = stackalloc nint[2];
            return Pair(Native.ct_topk(Handle, k, dim, largest, sorted, two), two);
        }

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            var two = stackalloc nint[2];
            return Pair(Native.ct_sort(Handle, dim, descending, stable, two), two);
        }

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false)
        {
            var two = stackalloc nint[2];
            return Pair(Native.ct_kthvalue(Handle, k, dim ?? -1, keepdim, two), two);
        }

        internal (Tensor, Tensor) Pair(int failed, nint* two)
        {
            Changed(failed);
            return (new Tensor(two[0]), new Tensor(two[1]));
        }

        internal static int TypeOf(ScalarType? type) => type is { } given ? (int)given : -1;

        private static Tensor As(ScalarType? type, Tensor made) => type is { } given && given != made.dtype ? made.to_type(given, disposeAfter: true) : made;

        private static Tensor Out(Tensor? target, Tensor made)
        {
            if (target is null) return made;
            using (made) return target.copy_(made);
        }
    }
}
