using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/shape.cpp: views, joining, splitting and indexing.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern nint ct_view(nint a, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_reshape(nint a, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_flatten(nint a, long start, long end);
    [DllImport(Library)] internal static extern nint ct_unflatten(nint a, long dim, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_permute(nint a, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_transpose(nint a, long d0, long d1);
    [DllImport(Library)] internal static extern int ct_transpose_(nint a, long d0, long d1);
    [DllImport(Library)] internal static extern nint ct_t(nint a);
    [DllImport(Library)] internal static extern nint ct_mT(nint a);
    [DllImport(Library)] internal static extern nint ct_squeeze(nint a);
    [DllImport(Library)] internal static extern nint ct_squeeze_dim(nint a, long dim);
    [DllImport(Library)] internal static extern nint ct_unsqueeze(nint a, long dim);
    [DllImport(Library)] internal static extern int ct_unsqueeze_(nint a, long dim);
    [DllImport(Library)] internal static extern nint ct_expand(nint a, long* s, long n, bool isImplicit);
    [DllImport(Library)] internal static extern nint ct_repeat(nint a, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_repeat_interleave(nint a, long repeats, long* dim);
    [DllImport(Library)] internal static extern nint ct_tile(nint a, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_as_strided(nint a, long* s, long n, long* t, long m, long offset);
    [DllImport(Library)] internal static extern nint ct_narrow(nint a, long dim, long start, long length);
    [DllImport(Library)] internal static extern nint ct_slice(nint a, long dim, long* start, long* stop, long step);
    [DllImport(Library)] internal static extern nint ct_select(nint a, long dim, long index);
    [DllImport(Library)] internal static extern nint ct_unfold(nint a, long dim, long size, long step);
    [DllImport(Library)] internal static extern nint ct_diag(nint a, long diagonal);
    [DllImport(Library)] internal static extern nint ct_diagonal(nint a, long offset, long d0, long d1);
    [DllImport(Library)] internal static extern nint ct_tril(nint a, long diagonal);
    [DllImport(Library)] internal static extern nint ct_triu(nint a, long diagonal);
    [DllImport(Library)] internal static extern nint ct_flip(nint a, long* d, long n);
    [DllImport(Library)] internal static extern nint ct_roll(nint a, long* s, long n, long* d, long m);
    [DllImport(Library)] internal static extern nint ct_movedim(nint a, long* s, long n, long* d, long m);
    [DllImport(Library)] internal static extern nint ct_cat(nint* ts, long n, long dim);
    [DllImport(Library)] internal static extern nint ct_stack(nint* ts, long n, long dim);
    [DllImport(Library)] internal static extern nint ct_einsum(byte* equation, nint* ts, long n);
    [DllImport(Library)] internal static extern void ct_free(nint memory);
    [DllImport(Library)] internal static extern nint* ct_split(nint a, long size, long dim, long* n);
    [DllImport(Library)] internal static extern nint* ct_split_sizes(nint a, long* s, long m, long dim, long* n);
    [DllImport(Library)] internal static extern nint* ct_chunk(nint a, long chunks, long dim, long* n);
    [DllImport(Library)] internal static extern nint* ct_unbind(nint a, long dim, long* n);
    [DllImport(Library)] internal static extern nint ct_index_select(nint a, long dim, nint index);
    [DllImport(Library)] internal static extern nint ct_gather(nint a, long dim, nint index);
    [DllImport(Library)] internal static extern nint ct_scatter(nint a, long dim, nint index, nint src);
    [DllImport(Library)] internal static extern int ct_scatter_(nint a, long dim, nint index, nint src);
    [DllImport(Library)] internal static extern nint ct_scatter_add(nint a, long dim, nint index, nint src);
    [DllImport(Library)] internal static extern int ct_scatter_add_(nint a, long dim, nint index, nint src);
    [DllImport(Library)] internal static extern nint ct_index_add(nint a, long dim, nint index, nint src, Num alpha);
    [DllImport(Library)] internal static extern int ct_index_add_(nint a, long dim, nint index, nint src, Num alpha);
    [DllImport(Library)] internal static extern int ct_index_copy_(nint a, long dim, nint index, nint src);
    [DllImport(Library)] internal static extern nint ct_masked_fill(nint a, nint mask, Num value);
    [DllImport(Library)] internal static extern int ct_masked_fill_(nint a, nint mask, Num value);
    [DllImport(Library)] internal static extern nint ct_masked_select(nint a, nint mask);
    [DllImport(Library)] internal static extern nint ct_take(nint a, nint index);
    [DllImport(Library)] internal static extern nint ct_nonzero(nint a);
    [DllImport(Library)] internal static extern nint ct_where(nint condition, nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_searchsorted(nint sorted, nint values, bool out_int32, bool right);
    [DllImport(Library)] internal static extern nint ct_index(nint a, nint* ts, long n);
    [DllImport(Library)] internal static extern int ct_index_put_(nint a, nint* ts, long n, nint value, bool accumulate);
}
