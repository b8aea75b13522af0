using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/linalg.cpp: products and linear algebra.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern nint ct_mm(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_bmm(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_mv(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_dot(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_matmul(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_outer(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_inner(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_kron(nint a, nint b);
    [DllImport(Library)] internal static extern nint ct_addmm(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern int ct_addmm_(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern nint ct_addmv(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern int ct_addmv_(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern nint ct_addr(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern int ct_addr_(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern nint ct_baddbmm(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern nint ct_addbmm(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern int ct_addbmm_(nint a, nint b, nint c, Num beta, Num alpha);
    [DllImport(Library)] internal static extern nint ct_trace(nint a);
    [DllImport(Library)] internal static extern nint ct_linalg_det(nint a);
    [DllImport(Library)] internal static extern nint ct_linalg_inv(nint a);
    [DllImport(Library)] internal static extern nint ct_linalg_cholesky(nint a);
    [DllImport(Library)] internal static extern nint ct_linalg_svdvals(nint a);
    [DllImport(Library)] internal static extern nint ct_linalg_eigvalsh(nint a, bool upper);
    [DllImport(Library)] internal static extern nint ct_linalg_solve(nint a, nint b, bool left);
    [DllImport(Library)] internal static extern nint ct_linalg_matrix_norm(nint a, double order, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_linalg_matrix_norm_named(nint a, byte* order, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_linalg_vector_norm(nint a, double order, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_linalg_norm(nint a, double* order, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern nint ct_linalg_norm_named(nint a, byte* order, long* d, long n, bool keepdim);
    [DllImport(Library)] internal static extern int ct_linalg_svd(nint a, bool full, nint* result);
    [DllImport(Library)] internal static extern int ct_linalg_qr(nint a, int mode, nint* result);
    [DllImport(Library)] internal static extern int ct_linalg_eigh(nint a, bool upper, nint* result);
    [DllImport(Library)] internal static extern int ct_linalg_slogdet(nint a, nint* result);
}
