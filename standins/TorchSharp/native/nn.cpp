// Layers, losses and resampling as functions.
#include "shim.h"

API T ct_linear(T x, T weight, T bias) { return make([&] { return at::linear(*x, *weight, maybe(bias)); }); }

// reduction: 0 none, 1 mean, 2 sum.
API T ct_binary_cross_entropy(T x, T y, T weight, I64 reduction) {
  return make([&] { return at::binary_cross_entropy(*x, *y, maybe(weight), reduction); });
}
API T ct_binary_cross_entropy_with_logits(T x, T y, T weight, I64 reduction, T pos_weight) {
  return make([&] { return at::binary_cross_entropy_with_logits(*x, *y, maybe(weight), maybe(pos_weight), reduction); });
}
API T ct_mse_loss(T x, T y, I64 reduction) { return make([&] { return at::mse_loss(*x, *y, reduction); }); }
API T ct_l1_loss(T x, T y, I64 reduction) { return make([&] { return at::l1_loss(*x, *y, reduction); }); }
API T ct_smooth_l1_loss(T x, T y, I64 reduction, double beta) {
  return make([&] { return at::smooth_l1_loss(*x, *y, reduction, beta); });
}
API T ct_huber_loss(T x, T y, I64 reduction, double delta) { return make([&] { return at::huber_loss(*x, *y, reduction, delta); }); }
API T ct_kl_div(T x, T y, I64 reduction, bool log_target) { return make([&] { return at::kl_div(*x, *y, reduction, log_target); }); }
API T ct_cross_entropy(T x, T y, T weight, I64 reduction, I64 ignore_index, double smoothing) {
  return make([&] { return at::cross_entropy_loss(*x, *y, maybe(weight), reduction, ignore_index, smoothing); });
}
API T ct_nll_loss(T x, T y, T weight, I64 reduction, I64 ignore_index) {
  return make([&] { return at::nll_loss_nd(*x, *y, maybe(weight), reduction, ignore_index); });
}

API T ct_conv1d(T x, T w, T b, const I64* s, I64 sn, const I64* p, I64 pn, const I64* d, I64 dn, I64 groups) {
  return make([&] { return at::conv1d(*x, *w, maybe(b), ints(s, sn), ints(p, pn), ints(d, dn), groups); });
}
API T ct_conv2d(T x, T w, T b, const I64* s, I64 sn, const I64* p, I64 pn, const I64* d, I64 dn, I64 groups) {
  return make([&] { return at::conv2d(*x, *w, maybe(b), ints(s, sn), ints(p, pn), ints(d, dn), groups); });
}
API T ct_conv_transpose2d(T x, T w, T b, const I64* s, I64 sn, const I64* p, I64 pn, const I64* o, I64 on, const I64* d,
                          I64 dn, I64 groups) {
  return make([&] {
    return at::conv_transpose2d(*x, *w, maybe(b), ints(s, sn), ints(p, pn), ints(o, on), groups, ints(d, dn));
  });
}
API T ct_batch_norm(T x, T mean, T var, T weight, T bias, bool training, double momentum, double eps) {
  return make([&] {
    return at::batch_norm(*x, maybe(weight), maybe(bias), maybe(mean), maybe(var), training, momentum, eps,
                          at::globalContext().userEnabledCuDNN());
  });
}
API T ct_instance_norm(T x, T mean, T var, T weight, T bias, bool use_input_stats, double momentum, double eps) {
  return make([&] {
    return at::instance_norm(*x, maybe(weight), maybe(bias), maybe(mean), maybe(var), use_input_stats, momentum, eps,
                             at::globalContext().userEnabledCuDNN());
  });
}
API T ct_layer_norm(T x, const I64* s, I64 n, T weight, T bias, double eps) {
  return make([&] { return at::layer_norm(*x, ints(s, n), maybe(weight), maybe(bias), eps); });
}
API T ct_group_norm(T x, I64 groups, T weight, T bias, double eps) {
  return make([&] { return at::group_norm(*x, groups, maybe(weight), maybe(bias), eps); });
}

API T ct_max_pool2d(T x, const I64* k, I64 kn, const I64* s, I64 sn, const I64* p, I64 pn, const I64* d, I64 dn, bool ceil) {
  return make([&] { return at::max_pool2d(*x, ints(k, kn), ints(s, sn), ints(p, pn), ints(d, dn), ceil); });
}
API int ct_max_pool2d_with_indices(T x, const I64* k, I64 kn, const I64* s, I64 sn, const I64* p, I64 pn, const I64* d, I64 dn,
                                   bool ceil, T* out) {
  return run([&] {
    auto made = at::max_pool2d_with_indices(*x, ints(k, kn), ints(s, sn), ints(p, pn), ints(d, dn), ceil);
    out[0] = own(std::get<0>(made));
    out[1] = own(std::get<1>(made));
  });
}
API T ct_avg_pool2d(T x, const I64* k, I64 kn, const I64* s, I64 sn, const I64* p, I64 pn, bool ceil, bool count_pad,
                    const I64* divisor) {
  return make([&] {
    return at::avg_pool2d(*x, ints(k, kn), ints(s, sn), ints(p, pn), ceil, count_pad, divisor ? Maybe<I64>(*divisor) : Maybe<I64>());
  });
}
API T ct_adaptive_avg_pool2d(T x, const I64* s, I64 n) { return make([&] { return at::adaptive_avg_pool2d(*x, ints(s, n)); }); }

API T ct_one_hot(T x, I64 classes) { return make([&] { return at::one_hot(*x, classes); }); }
API T ct_dropout(T x, double p, bool training) { return make([&] { return at::dropout(*x, p, training); }); }
API int ct_dropout_(T x, double p, bool training) { return run([&] { at::dropout_(*x, p, training); }); }
API T ct_pixel_shuffle(T x, I64 factor) { return make([&] { return at::pixel_shuffle(*x, factor); }); }
API T ct_pixel_unshuffle(T x, I64 factor) { return make([&] { return at::pixel_unshuffle(*x, factor); }); }
API T ct_im2col(T x, const I64* k, const I64* d, const I64* p, const I64* s) {
  return make([&] { return at::im2col(*x, ints(k, 2), ints(d, 2), ints(p, 2), ints(s, 2)); });
}
API T ct_col2im(T x, const I64* o, const I64* k, const I64* d, const I64* p, const I64* s) {
  return make([&] { return at::col2im(*x, ints(o, 2), ints(k, 2), ints(d, 2), ints(p, 2), ints(s, 2)); });
}
API T ct_pad_constant(T x, const I64* p, I64 n, double value) {
  return make([&] { return at::constant_pad_nd(*x, ints(p, n), value); });
}
// mode: 1 reflect, 2 replicate, 3 circular.
API T ct_pad(T x, const I64* p, I64 n, int mode) {
  return make([&] { return at::pad(*x, ints(p, n), mode == 1 ? "reflect" : mode == 2 ? "replicate" : "circular"); });
}
API T ct_cosine_similarity(T a, T b, I64 dim, double eps) { return make([&] { return at::cosine_similarity(*a, *b, dim, eps); }); }

namespace {
Maybe<double> scale(const double* scales, int i) { return scales ? Maybe<double>(scales[i]) : Maybe<double>(); }
} // namespace
// scales: null, or the factors of height and width that the sizes came from.
API T ct_upsample_nearest2d(T x, const I64* s, const double* f) {
  return make([&] { return at::upsample_nearest2d(*x, ints(s, 2), scale(f, 0), scale(f, 1)); });
}
API T ct_upsample_bilinear2d(T x, const I64* s, bool align, const double* f) {
  return make([&] { return at::upsample_bilinear2d(*x, ints(s, 2), align, scale(f, 0), scale(f, 1)); });
}
API T ct_upsample_bicubic2d(T x, const I64* s, bool align, const double* f) {
  return make([&] { return at::upsample_bicubic2d(*x, ints(s, 2), align, scale(f, 0), scale(f, 1)); });
}
