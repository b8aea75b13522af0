using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/reduce.cpp: sums, extremes, sorting and softmax.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern nint ct_sum(nint a, int type);
    [DllImport(Library)] internal static extern nint ct_sum_dim(nint a, long* d, long n, bool keepdim, int type);
    [DllImport(Library)] internal static extern nint ct_mean(nint a);
    [DllImport(Library)] internal static extern nint ct_mean_dim(nint a, long* d, long n, bool keepdim, int type);
    [DllImport(Library)] internal static extern nint ct_var(nint a, bool unbiased);
    [DllImport(Library)] internal static extern nint ct_std(nint a, bool unbiased);
    [DllImport(Library)] internal static extern nint ct_var_dim(nint a, long* d, long n, bool unbiased, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_std_dim(nint a, long* d, long n, bool unbiased, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_prod(nint a, int type);
    [DllImport(Library)] internal static extern nint ct_prod_dim(nint a, long dim, bool keepdim, int type);
    [DllImport(Library)] internal static extern nint ct_norm(nint a, double p);
    [DllImport(Library)] internal static extern nint ct_norm_dim(nint a, double p, long dim, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_logsumexp(nint a, long dim, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_cumsum(nint a, long dim, int type);
    [DllImport(Library)] internal static extern nint ct_cumprod(nint a, long dim, int type);
    [DllImport(Library)] internal static extern nint ct_logcumsumexp(nint a, long dim);
    [DllImport(Library)] internal static extern nint ct_softmax(nint a, long dim, int type);
    [DllImport(Library)] internal static extern nint ct_log_softmax(nint a, long dim, int type);
    [DllImport(Library)] internal static extern nint ct_all(nint a);
    [DllImport(Library)] internal static extern nint ct_any(nint a);
    [DllImport(Library)] internal static extern nint ct_all_dim(nint a, long dim, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_any_dim(nint a, long dim, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_max(nint a);
    [DllImport(Library)] internal static extern nint ct_min(nint a);
    [DllImport(Library)] internal static extern nint ct_median(nint a);
    [DllImport(Library)] internal static extern nint ct_argmax(nint a);
    [DllImport(Library)] internal static extern nint ct_argmin(nint a);
    [DllImport(Library)] internal static extern nint ct_argmax_dim(nint a, long dim, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_argmin_dim(nint a, long dim, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_amax(nint a, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_amin(nint a, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_count_nonzero(nint a, long* d, long n);
    [DllImport(Library)] internal static extern int ct_max_dim(nint a, long dim, bool keepdim, nint* result);
    [DllImport(Library)] internal static extern int ct_min_dim(nint a, long dim, bool keepdim, nint* result);
    [DllImport(Library)] internal static extern int ct_topk(nint a, long k, long dim, bool largest, bool sorted, nint* result);
    [DllImport(Library)] internal static extern int ct_sort(nint a, long dim, bool descending, bool stable, nint* result);
    [DllImport(Library)] internal static extern int ct_kthvalue(nint a, long k, long dim, bool keepdim, nint* result);
    [DllImport(Library)] internal static extern nint ct_argsort(nint a, long dim, bool descending);
    [DllImport(Library)] internal static extern nint ct_bincount(nint a, nint weights, long minlength);
    [DllImport(Library)] internal static extern nint ct_quantile(nint a, nint q, long dim, bool keepdim);
}
