// Errors, handles, what a tensor knows about itself, memory, threads and devices.
#include "shim.h"

#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/cuda.h>

#include <string>

namespace {
thread_local std::string last_error;
} // namespace

void set_error(const char* message) noexcept {
  try {
    last_error = message && *message ? message : "libtorch failed without a message";
  } catch (...) {
  }
}

void set_error(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const c10::Error& e) {
    set_error(e.what_without_backtrace());
  } catch (const std::exception& e) {
    set_error(e.what());
  } catch (...) {
    set_error("libtorch threw something that is no std::exception");
  }
}

API const char* ct_last_error() { return last_error.c_str(); }
API void ct_clear_error() { last_error.clear(); }
API int ct_version_major() { return TORCH_VERSION_MAJOR; }
API int ct_version_minor() { return TORCH_VERSION_MINOR; }
API int ct_version_patch() { return TORCH_VERSION_PATCH; }

API void ct_dispose(T a) { delete a; }
API T ct_alias(T a) { return make([&] { return at::alias(*a); }); }
API T ct_clone(T a) { return make([&] { return a->clone(); }); }
API T ct_detach(T a) { return make([&] { return a->detach(); }); }
API int ct_detach_(T a) { return run([&] { a->detach_(); }); }
API T ct_contiguous(T a) { return make([&] { return a->contiguous(); }); }

API I64 ct_ndim(T a) { return a->dim(); }
API I64 ct_numel(T a) { return a->numel(); }
API I64 ct_element_size(T a) { return static_cast<I64>(a->element_size()); }
API int ct_dtype(T a) { return static_cast<int>(a->scalar_type()); }
API int ct_device_type(T a) { return static_cast<int>(a->device().type()); }
API int ct_device_index(T a) { return a->device().index(); }
API bool ct_is_contiguous(T a) { return a->is_contiguous(); }
API bool ct_is_leaf(T a) { return a->is_leaf(); }
API bool ct_requires_grad(T a) { return a->requires_grad(); }
API bool ct_is_sparse(T a) { return a->is_sparse(); }
API bool ct_is_pinned(T a) { bool pinned = false; run([&] { pinned = a->is_pinned(); }); return pinned; }
API I64 ct_storage_offset(T a) { return a->storage_offset(); }
API int ct_data(T a, void** data) { return run([&] { *data = a->data_ptr(); }); }

// Both copy at most `capacity` entries and answer how many there are.
API int ct_sizes(T a, I64* out, int capacity) {
  auto sizes = a->sizes();
  for (int i = 0; i < capacity && i < static_cast<int>(sizes.size()); i++) out[i] = sizes[i];
  return static_cast<int>(sizes.size());
}
API int ct_strides(T a, I64* out, int capacity) {
  auto strides = a->strides();
  for (int i = 0; i < capacity && i < static_cast<int>(strides.size()); i++) out[i] = strides[i];
  return static_cast<int>(strides.size());
}
API int ct_size(T a, I64 dim, I64* out) { return run([&] { *out = a->size(dim); }); }
API int ct_stride(T a, I64 dim, I64* out) { return run([&] { *out = a->stride(dim); }); }

API int ct_set_requires_grad(T a, bool on) { return run([&] { a->set_requires_grad(on); }); }
API int ct_retain_grad(T a) { return run([&] { a->retain_grad(); }); }
API T ct_grad(T a) { return make([&] { return a->grad(); }); }
API int ct_set_grad(T a, T value) { return run([&] { a->mutable_grad() = value ? *value : at::Tensor(); }); }

API int ct_item_double(T a, double* out) { return run([&] { *out = a->item().toDouble(); }); }
API int ct_item_long(T a, I64* out) { return run([&] { *out = a->item().toLong(); }); }
API int ct_item(T a, Num* out) {
  return run([&] {
    auto value = a->item();
    if (value.isBoolean()) {
      *out = Num{value.toBool() ? 1 : 0, 2};
    } else if (value.isFloatingPoint()) {
      double real = value.toDouble();
      std::memcpy(&out->bits, &real, sizeof real);
      out->kind = 1;
    } else {
      *out = Num{value.toLong(), 0};
    }
  });
}

API T ct_to(T a, int type, int device, int index, bool non_blocking, bool copy) {
  return make([&] {
    auto target = device < 0 ? a->device() : device_of(device, index);
    auto dtype = type < 0 ? a->scalar_type() : static_cast<at::ScalarType>(type);
    return a->to(target, dtype, non_blocking, copy);
  });
}
API T ct_pin_memory(T a) { return make([&] { return a->pin_memory(); }); }
API int ct_set_(T a, T source) { return run([&] { a->set_(*source); }); }
API int ct_copy_(T a, T source, bool non_blocking) { return run([&] { a->copy_(*source, non_blocking); }); }

API int ct_get_num_threads() { return at::get_num_threads(); }
API int ct_set_num_threads(int n) { return run([&] { at::set_num_threads(n); }); }
API int ct_get_num_interop_threads() { return at::get_num_interop_threads(); }
API int ct_set_num_interop_threads(int n) { return run([&] { at::set_num_interop_threads(n); }); }

API bool ct_cuda_is_available() { bool yes = false; run([&] { yes = torch::cuda::is_available(); }); return yes; }
API int ct_cuda_device_count() { int n = 0; run([&] { n = static_cast<int>(torch::cuda::device_count()); }); return n; }
API int ct_cuda_synchronize(I64 index) { return run([&] { torch::cuda::synchronize(index); }); }

API bool ct_cuda_get_allow_tf32() { return at::globalContext().allowTF32CuBLAS(); }
API void ct_cuda_set_allow_tf32(bool on) { run([&] { at::globalContext().setAllowTF32CuBLAS(on); }); }
API bool ct_cudnn_get_allow_tf32() { return at::globalContext().allowTF32CuDNN(); }
API void ct_cudnn_set_allow_tf32(bool on) { run([&] { at::globalContext().setAllowTF32CuDNN(on); }); }
