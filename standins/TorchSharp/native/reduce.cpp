// Sums, means, extremes, sorting and softmax.
#include "shim.h"

API T ct_sum(T a, int type) { return make([&] { return at::sum(*a, type_or_none(type)); }); }
API T ct_sum_dim(T a, const I64* d, I64 n, bool keepdim, int type) {
  return make([&] { return at::sum(*a, ints(d, n), keepdim, type_or_none(type)); });
}
API T ct_mean(T a) { return make([&] { return at::mean(*a); }); }
API T ct_mean_dim(T a, const I64* d, I64 n, bool keepdim, int type) {
  return make([&] { return at::mean(*a, ints(d, n), keepdim, type_or_none(type)); });
}
API T ct_var(T a, bool unbiased) { return make([&] { return at::var(*a, unbiased); }); }
API T ct_std(T a, bool unbiased) { return make([&] { return at::std(*a, unbiased); }); }
API T ct_var_dim(T a, const I64* d, I64 n, bool unbiased, bool keepdim) {
  return make([&] { return at::var(*a, ints(d, n), unbiased, keepdim); });
}
API T ct_std_dim(T a, const I64* d, I64 n, bool unbiased, bool keepdim) {
  return make([&] { return at::std(*a, ints(d, n), unbiased, keepdim); });
}
API T ct_prod(T a, int type) { return make([&] { return at::prod(*a, type_or_none(type)); }); }
API T ct_prod_dim(T a, I64 dim, bool keepdim, int type) {
  return make([&] { return at::prod(*a, dim, keepdim, type_or_none(type)); });
}
API T ct_norm(T a, double p) { return make([&] { return at::norm(*a, p); }); }
API T ct_norm_dim(T a, double p, I64 dim, bool keepdim) {
  return make([&] { return at::norm(*a, Maybe<at::Scalar>(at::Scalar(p)), at::IntArrayRef(dim), keepdim); });
}
API T ct_logsumexp(T a, I64 dim, bool keepdim) { return make([&] { return at::logsumexp(*a, at::IntArrayRef(dim), keepdim); }); }
API T ct_cumsum(T a, I64 dim, int type) { return make([&] { return at::cumsum(*a, dim, type_or_none(type)); }); }
API T ct_cumprod(T a, I64 dim, int type) { return make([&] { return at::cumprod(*a, dim, type_or_none(type)); }); }
API T ct_logcumsumexp(T a, I64 dim) { return make([&] { return at::logcumsumexp(*a, dim); }); }
API T ct_softmax(T a, I64 dim, int type) { return make([&] { return at::softmax(*a, dim, type_or_none(type)); }); }
API T ct_log_softmax(T a, I64 dim, int type) { return make([&] { return at::log_softmax(*a, dim, type_or_none(type)); }); }

API T ct_all(T a) { return make([&] { return at::all(*a); }); }
API T ct_any(T a) { return make([&] { return at::any(*a); }); }
API T ct_all_dim(T a, I64 dim, bool keepdim) { return make([&] { return at::all(*a, dim, keepdim); }); }
API T ct_any_dim(T a, I64 dim, bool keepdim) { return make([&] { return at::any(*a, dim, keepdim); }); }
API T ct_max(T a) { return make([&] { return at::max(*a); }); }
API T ct_min(T a) { return make([&] { return at::min(*a); }); }
API T ct_median(T a) { return make([&] { return at::median(*a); }); }
API T ct_argmax(T a) { return make([&] { return at::argmax(*a); }); }
API T ct_argmin(T a) { return make([&] { return at::argmin(*a); }); }
API T ct_argmax_dim(T a, I64 dim, bool keepdim) { return make([&] { return at::argmax(*a, dim, keepdim); }); }
API T ct_argmin_dim(T a, I64 dim, bool keepdim) { return make([&] { return at::argmin(*a, dim, keepdim); }); }
API T ct_amax(T a, const I64* d, I64 n, bool keepdim) { return make([&] { return at::amax(*a, ints(d, n), keepdim); }); }
API T ct_amin(T a, const I64* d, I64 n, bool keepdim) { return make([&] { return at::amin(*a, ints(d, n), keepdim); }); }
API T ct_count_nonzero(T a, const I64* d, I64 n) {
  return make([&] { return d ? at::count_nonzero(*a, ints(d, n)) : at::count_nonzero(*a); });
}

namespace {
template <class P> void pair(T* out, P&& made) {
  out[0] = own(std::get<0>(made));
  out[1] = own(std::get<1>(made));
}
} // namespace
API int ct_max_dim(T a, I64 dim, bool keepdim, T* out) { return run([&] { pair(out, at::max(*a, dim, keepdim)); }); }
API int ct_min_dim(T a, I64 dim, bool keepdim, T* out) { return run([&] { pair(out, at::min(*a, dim, keepdim)); }); }
API int ct_topk(T a, I64 k, I64 dim, bool largest, bool sorted, T* out) {
  return run([&] { pair(out, at::topk(*a, k, dim, largest, sorted)); });
}
API int ct_sort(T a, I64 dim, bool descending, bool stable, T* out) {
  return run([&] { pair(out, at::sort(*a, Maybe<bool>(stable), dim, descending)); });
}
API int ct_kthvalue(T a, I64 k, I64 dim, bool keepdim, T* out) {
  return run([&] { pair(out, at::kthvalue(*a, k, dim, keepdim)); });
}
API T ct_argsort(T a, I64 dim, bool descending) { return make([&] { return at::argsort(*a, dim, descending); }); }
API T ct_bincount(T a, T weights, I64 minlength) { return make([&] { return at::bincount(*a, maybe(weights), minlength); }); }
API T ct_quantile(T a, T q, I64 dim, bool keepdim) { return make([&] { return at::quantile(*a, *q, dim, keepdim); }); }
