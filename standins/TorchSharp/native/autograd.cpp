// Gradients and the modes of a thread.
#include "shim.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

API int ct_backward(const T* ts, I64 n, const T* gs, I64 m, bool retain, bool create, const T* inputs, I64 k) {
  return run([&] { torch::autograd::backward(list(ts, n), list(gs, m), retain, create, list(inputs, k)); });
}
// results has room for one handle per input; an input that was not used gets null.
API int ct_grad_of(const T* outputs, I64 n, const T* inputs, I64 k, const T* gs, I64 m, bool retain, bool create,
                   bool allow_unused, T* results) {
  return run([&] {
    auto made = torch::autograd::grad(list(outputs, n), list(inputs, k), list(gs, m), retain, create, allow_unused);
    for (size_t i = 0; i < made.size(); i++) results[i] = own(made[i]);
  });
}

API bool ct_grad_enabled() { return at::GradMode::is_enabled(); }
API void ct_set_grad_enabled(bool on) { at::GradMode::set_enabled(on); }
API void* ct_inference_enter(bool on) {
  void* guard = nullptr;
  run([&] { guard = new c10::InferenceMode(on); });
  return guard;
}
API void ct_inference_exit(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }
API bool ct_inference_enabled() { return c10::InferenceMode::is_enabled(); }
