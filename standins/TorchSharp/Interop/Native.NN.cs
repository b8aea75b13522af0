using System.Runtime.InteropServices;

namespace TorchSharp.Interop;

// native/nn.cpp: layers, losses and resampling.
internal static unsafe partial class Native
{
    [DllImport(Library)] internal static extern nint ct_linear(nint x, nint weight, nint bias);
    [DllImport(Library)] internal static extern nint ct_binary_cross_entropy(nint x, nint y, nint weight, long reduction);
    [DllImport(Library)] internal static extern nint ct_binary_cross_entropy_with_logits(nint x, nint y, nint weight, long reduction, nint pos_weight);
    [DllImport(Library)] internal static extern nint ct_mse_loss(nint x, nint y, long reduction);
    [DllImport(Library)] internal static extern nint ct_l1_loss(nint x, nint y, long reduction);
    [DllImport(Library)] internal static extern nint ct_smooth_l1_loss(nint x, nint y, long reduction, double beta);
    [DllImport(Library)] internal static extern nint ct_huber_loss(nint x, nint y, long reduction, double delta);
    [DllImport(Library)] internal static extern nint ct_kl_div(nint x, nint y, long reduction, bool log_target);
    [DllImport(Library)] internal static extern nint ct_cross_entropy(nint x, nint y, nint weight, long reduction, long ignore_index, double smoothing);
    [DllImport(Library)] internal static extern nint ct_nll_loss(nint x, nint y, nint weight, long reduction, long ignore_index);
    [DllImport(Library)] internal static extern nint ct_conv1d(nint x, nint w, nint b, long* s, long sn, long* p, long pn, long* d, long dn, long groups);
    [DllImport(Library)] internal static extern nint ct_conv2d(nint x, nint w, nint b, long* s, long sn, long* p, long pn, long* d, long dn, long groups);
    [DllImport(Library)] internal static extern nint ct_conv_transpose2d(nint x, nint w, nint b, long* s, long sn, long* p, long pn, long* o, long on, long* d, long dn, long groups);
    [DllImport(Library)] internal static extern nint ct_batch_norm(nint x, nint mean, nint var, nint weight, nint bias, bool training, double momentum, double eps);
    [DllImport(Library)] internal static extern nint ct_instance_norm(nint x, nint mean, nint var, nint weight, nint bias, bool use_input_stats, double momentum, double eps);
    [DllImport(Library)] internal static extern nint ct_layer_norm(nint x, long* s, long n, nint weight, nint bias, double eps);
    [DllImport(Library)] internal static extern nint ct_group_norm(nint x, long groups, nint weight, nint bias, double eps);
    [DllImport(Library)] internal static extern nint ct_max_pool2d(nint x, long* k, long kn, long* s, long sn, long* p, long pn, long* d, long dn, bool ceil);
    [DllImport(Library)] internal static extern int ct_max_pool2d_with_indices(nint x, long* k, long kn, long* s, long sn, long* p, long pn, long* d, long dn, bool ceil, nint* result);
    [DllImport(Library)] internal static extern nint ct_avg_pool2d(nint x, long* k, long kn, long* s, long sn, long* p, long pn, bool ceil, bool count_pad, long* divisor);
    [DllImport(Library)] internal static extern nint ct_adaptive_avg_pool2d(nint x, long* s, long n);
    [DllImport(Library)] internal static extern nint ct_one_hot(nint x, long classes);
    [DllImport(Library)] internal static extern nint ct_dropout(nint x, double p, bool training);
    [DllImport(Library)] internal static extern int ct_dropout_(nint x, double p, bool training);
    [DllImport(Library)] internal static extern nint ct_pixel_shuffle(nint x, long factor);
    [DllImport(Library)] internal static extern nint ct_pixel_unshuffle(nint x, long factor);
    [DllImport(Library)] internal static extern nint ct_im2col(nint x, long* k, long* d, long* p, long* s);
    [DllImport(Library)] internal static extern nint ct_col2im(nint x, long* o, long* k, long* d, long* p, long* s);
    [DllImport(Library)] internal static extern nint ct_pad_constant(nint x, long* p, long n, double value);
    [DllImport(Library)] internal static extern nint ct_pad(nint x, long* p, long n, int mode);
    [DllImport(Library)] internal static extern nint ct_cosine_similarity(nint a, nint b, long dim, double eps);
    [DllImport(Library)] internal static extern nint ct_upsample_nearest2d(nint x, long* s, double* f);
    [DllImport(Library)] internal static extern nint ct_upsample_bilinear2d(nint x, long* s, bool align, double* f);
    [DllImport(Library)] internal static extern nint ct_upsample_bicubic2d(nint x, long* s, bool align, double* f);
}
