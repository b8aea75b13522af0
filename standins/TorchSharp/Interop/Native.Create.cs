using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/create.cpp: factories, random numbers and generators.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern nint ct_zeros(long* s, long n, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_ones(long* s, long n, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_empty(long* s, long n, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_empty_strided(long* s, long n, long* t, long m, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_full(long* s, long n, Num value, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_zeros_like(nint a, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_ones_like(nint a, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_empty_like(nint a, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_full_like(nint a, Num value, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_rand_like(nint a, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_randn_like(nint a, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_arange(Num start, Num stop, Num step, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_linspace(double start, double end, long steps, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_logspace(double start, double end, long steps, double radix, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_eye(long rows, long columns, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_scalar_tensor(Num value, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_from_blob(nint data, long* s, long n, int type, delegate* unmanaged<nint, void> release, nint context);
    [DllImport(Library)] internal static extern nint ct_rand(long* s, long n, nint g, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_randn(long* s, long n, nint g, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_randint(long low, long high, long* s, long n, nint g, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_randperm(long n, nint g, int type, int device, int index);
    [DllImport(Library)] internal static extern nint ct_bernoulli(nint a, nint g);
    [DllImport(Library)] internal static extern nint ct_poisson(nint a, nint g);
    [DllImport(Library)] internal static extern nint ct_normal(nint mean, nint std, nint g);
    [DllImport(Library)] internal static extern nint ct_multinomial(nint a, long samples, bool replacement, nint g);
    [DllImport(Library)] internal static extern int ct_uniform_(nint a, double from, double to, nint g);
    [DllImport(Library)] internal static extern int ct_normal_(nint a, double mean, double std, nint g);
    [DllImport(Library)] internal static extern int ct_bernoulli_(nint a, double p, nint g);
    [DllImport(Library)] internal static extern int ct_bernoulli_t_(nint a, nint p, nint g);
    [DllImport(Library)] internal static extern int ct_exponential_(nint a, double lambda, nint g);
    [DllImport(Library)] internal static extern int ct_cauchy_(nint a, double median, double sigma, nint g);
    [DllImport(Library)] internal static extern int ct_geometric_(nint a, double p, nint g);
    [DllImport(Library)] internal static extern int ct_log_normal_(nint a, double mean, double std, nint g);
    [DllImport(Library)] internal static extern int ct_random_(nint a, long from, long to, nint g);
    [DllImport(Library)] internal static extern nint ct_generator_new(ulong seed, int device, int index);
    [DllImport(Library)] internal static extern nint ct_generator_default();
    [DllImport(Library)] internal static extern void ct_generator_dispose(nint g);
    [DllImport(Library)] internal static extern int ct_generator_seed(nint g, ulong seed);
    [DllImport(Library)] internal static extern int ct_generator_initial_seed(nint g, ulong* result);
    [DllImport(Library)] internal static extern nint ct_generator_get_state(nint g);
    [DllImport(Library)] internal static extern int ct_generator_set_state(nint g, nint state);
    [DllImport(Library)] internal static extern int ct_manual_seed(ulong seed);
}
