// Products and linear algebra.
#include "shim.h"

#define PRODUCT(op) API T ct_##op(T a, T b) { return make([&] { return at::op(*a, *b); }); }
PRODUCT(mm) PRODUCT(bmm) PRODUCT(mv) PRODUCT(dot) PRODUCT(matmul) PRODUCT(outer) PRODUCT(inner) PRODUCT(kron)

API T ct_addmm(T a, T b, T c, Num beta, Num alpha) {
  return make([&] { return at::addmm(*a, *b, *c, scalar(beta), scalar(alpha)); });
}
API int ct_addmm_(T a, T b, T c, Num beta, Num alpha) { return run([&] { a->addmm_(*b, *c, scalar(beta), scalar(alpha)); }); }
API T ct_addmv(T a, T b, T c, Num beta, Num alpha) {
  return make([&] { return at::addmv(*a, *b, *c, scalar(beta), scalar(alpha)); });
}
API int ct_addmv_(T a, T b, T c, Num beta, Num alpha) { return run([&] { a->addmv_(*b, *c, scalar(beta), scalar(alpha)); }); }
API T ct_addr(T a, T b, T c, Num beta, Num alpha) {
  return make([&] { return at::addr(*a, *b, *c, scalar(beta), scalar(alpha)); });
}
API int ct_addr_(T a, T b, T c, Num beta, Num alpha) { return run([&] { a->addr_(*b, *c, scalar(beta), scalar(alpha)); }); }
API T ct_baddbmm(T a, T b, T c, Num beta, Num alpha) {
  return make([&] { return at::baddbmm(*a, *b, *c, scalar(beta), scalar(alpha)); });
}
API T ct_addbmm(T a, T b, T c, Num beta, Num alpha) {
  return make([&] { return at::addbmm(*a, *b, *c, scalar(beta), scalar(alpha)); });
}
API int ct_addbmm_(T a, T b, T c, Num beta, Num alpha) { return run([&] { a->addbmm_(*b, *c, scalar(beta), scalar(alpha)); }); }
API T ct_trace(T a) { return make([&] { return at::trace(*a); }); }

API T ct_linalg_det(T a) { return make([&] { return at::linalg_det(*a); }); }
API T ct_linalg_inv(T a) { return make([&] { return at::linalg_inv(*a); }); }
API T ct_linalg_cholesky(T a) { return make([&] { return at::linalg_cholesky(*a); }); }
API T ct_linalg_svdvals(T a) { return make([&] { return at::linalg_svdvals(*a); }); }
API T ct_linalg_eigvalsh(T a, bool upper) { return make([&] { return at::linalg_eigvalsh(*a, upper ? "U" : "L"); }); }
API T ct_linalg_solve(T a, T b, bool left) { return make([&] { return at::linalg_solve(*a, *b, left); }); }
API T ct_linalg_matrix_norm(T a, double order, const I64* d, I64 n, bool keepdim) {
  return make([&] { return at::linalg_matrix_norm(*a, at::Scalar(order), ints(d, n), keepdim); });
}
API T ct_linalg_matrix_norm_named(T a, const char* order, const I64* d, I64 n, bool keepdim) {
  return make([&] { return at::linalg_matrix_norm(*a, order, ints(d, n), keepdim); });
}
API T ct_linalg_vector_norm(T a, double order, const I64* d, I64 n, bool keepdim) {
  return make([&] {
    at::OptionalIntArrayRef dims;
    if (d) dims = ints(d, n);
    return at::linalg_vector_norm(*a, at::Scalar(order), dims, keepdim);
  });
}
// order: null for libtorch's default (the 2-norm of the flattened tensor).
API T ct_linalg_norm(T a, const double* order, const I64* d, I64 n, bool keepdim) {
  return make([&] {
    at::OptionalIntArrayRef dims;
    if (d) dims = ints(d, n);
    return at::linalg_norm(*a, order ? Maybe<at::Scalar>(at::Scalar(*order)) : Maybe<at::Scalar>(), dims, keepdim);
  });
}
API T ct_linalg_norm_named(T a, const char* order, const I64* d, I64 n, bool keepdim) {
  return make([&] {
    at::OptionalIntArrayRef dims;
    if (d) dims = ints(d, n);
    return at::linalg_norm(*a, order, dims, keepdim);
  });
}
API int ct_linalg_svd(T a, bool full, T* out) {
  return run([&] {
    auto made = at::linalg_svd(*a, full);
    out[0] = own(std::get<0>(made));
    out[1] = own(std::get<1>(made));
    out[2] = own(std::get<2>(made));
  });
}
namespace {
template <class P> void pair(T* out, P&& made) {
  out[0] = own(std::get<0>(made));
  out[1] = own(std::get<1>(made));
}
} // namespace
API int ct_linalg_qr(T a, int mode, T* out) {
  return run([&] { pair(out, at::linalg_qr(*a, mode == 0 ? "reduced" : mode == 1 ? "complete" : "r")); });
}
API int ct_linalg_eigh(T a, bool upper, T* out) { return run([&] { pair(out, at::linalg_eigh(*a, upper ? "U" : "L")); }); }
API int ct_linalg_slogdet(T a, T* out) { return run([&] { pair(out, at::linalg_slogdet(*a)); }); }
