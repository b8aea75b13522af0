// Factories, random numbers and generators.
#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <mutex>

API T ct_zeros(const I64* s, I64 n, int type, int device, int index) {
  return make([&] { return at::zeros(ints(s, n), options(type, device, index)); });
}
API T ct_ones(const I64* s, I64 n, int type, int device, int index) {
  return make([&] { return at::ones(ints(s, n), options(type, device, index)); });
}
API T ct_empty(const I64* s, I64 n, int type, int device, int index) {
  return make([&] { return at::empty(ints(s, n), options(type, device, index)); });
}
API T ct_empty_strided(const I64* s, I64 n, const I64* t, I64 m, int type, int device, int index) {
  return make([&] { return at::empty_strided(ints(s, n), ints(t, m), options(type, device, index)); });
}
API T ct_full(const I64* s, I64 n, Num value, int type, int device, int index) {
  return make([&] { return at::full(ints(s, n), scalar(value), options(type, device, index)); });
}

namespace {
at::TensorOptions like(T a, int type, int device, int index) {
  auto made = a->options();
  if (type >= 0) made = made.dtype(static_cast<at::ScalarType>(type));
  if (device >= 0) made = made.device(device_of(device, index));
  return made;
}
} // namespace
API T ct_zeros_like(T a, int type, int device, int index) {
  return make([&] { return at::zeros_like(*a, like(a, type, device, index)); });
}
API T ct_ones_like(T a, int type, int device, int index) {
  return make([&] { return at::ones_like(*a, like(a, type, device, index)); });
}
API T ct_empty_like(T a, int type, int device, int index) {
  return make([&] { return at::empty_like(*a, like(a, type, device, index)); });
}
API T ct_full_like(T a, Num value, int type, int device, int index) {
  return make([&] { return at::full_like(*a, scalar(value), like(a, type, device, index)); });
}
API T ct_rand_like(T a, int type, int device, int index) {
  return make([&] { return at::rand_like(*a, like(a, type, device, index)); });
}
API T ct_randn_like(T a, int type, int device, int index) {
  return make([&] { return at::randn_like(*a, like(a, type, device, index)); });
}

API T ct_arange(Num start, Num stop, Num step, int type, int device, int index) {
  return make([&] { return at::arange(scalar(start), scalar(stop), scalar(step), options(type, device, index)); });
}
API T ct_linspace(double start, double end, I64 steps, int type, int device, int index) {
  return make([&] { return at::linspace(start, end, steps, options(type, device, index)); });
}
API T ct_logspace(double start, double end, I64 steps, double base, int type, int device, int index) {
  return make([&] { return at::logspace(start, end, steps, base, options(type, device, index)); });
}
API T ct_eye(I64 rows, I64 columns, int type, int device, int index) {
  return make([&] { return at::eye(rows, columns, options(type, device, index)); });
}
API T ct_scalar_tensor(Num value, int type, int device, int index) {
  return make([&] { return at::scalar_tensor(scalar(value), options(type, device, index)); });
}

// The memory stays the caller's: `release` is called with `context` when the last tensor over it goes.
API T ct_from_blob(void* data, const I64* s, I64 n, int type, void (*release)(void*), void* context) {
  return make([&] {
    return at::from_blob(data, ints(s, n), [release, context](void*) { release(context); }, options(type, 0, -1));
  });
}

API T ct_rand(const I64* s, I64 n, G g, int type, int device, int index) {
  return make([&] { return at::rand(ints(s, n), maybe(g), options(type, device, index)); });
}
API T ct_randn(const I64* s, I64 n, G g, int type, int device, int index) {
  return make([&] { return at::randn(ints(s, n), maybe(g), options(type, device, index)); });
}
API T ct_randint(I64 low, I64 high, const I64* s, I64 n, G g, int type, int device, int index) {
  return make([&] { return at::randint(low, high, ints(s, n), maybe(g), options(type, device, index)); });
}
API T ct_randperm(I64 n, G g, int type, int device, int index) {
  return make([&] { return at::randperm(n, maybe(g), options(type, device, index)); });
}
API T ct_bernoulli(T a, G g) { return make([&] { return at::bernoulli(*a, maybe(g)); }); }
API T ct_poisson(T a, G g) { return make([&] { return at::poisson(*a, maybe(g)); }); }
API T ct_normal(T mean, T std, G g) { return make([&] { return at::normal(*mean, *std, maybe(g)); }); }
API T ct_multinomial(T a, I64 samples, bool replacement, G g) {
  return make([&] { return at::multinomial(*a, samples, replacement, maybe(g)); });
}
API int ct_uniform_(T a, double from, double to, G g) { return run([&] { a->uniform_(from, to, maybe(g)); }); }
API int ct_normal_(T a, double mean, double std, G g) { return run([&] { a->normal_(mean, std, maybe(g)); }); }
API int ct_bernoulli_(T a, double p, G g) { return run([&] { a->bernoulli_(p, maybe(g)); }); }
API int ct_bernoulli_t_(T a, T p, G g) { return run([&] { a->bernoulli_(*p, maybe(g)); }); }
API int ct_exponential_(T a, double lambda, G g) { return run([&] { a->exponential_(lambda, maybe(g)); }); }
API int ct_cauchy_(T a, double median, double sigma, G g) { return run([&] { a->cauchy_(median, sigma, maybe(g)); }); }
API int ct_geometric_(T a, double p, G g) { return run([&] { a->geometric_(p, maybe(g)); }); }
API int ct_log_normal_(T a, double mean, double std, G g) { return run([&] { a->log_normal_(mean, std, maybe(g)); }); }
API int ct_random_(T a, I64 from, I64 to, G g) { return run([&] { a->random_(from, to, maybe(g)); }); }

API G ct_generator_new(uint64_t seed, int device, int index) {
  G made = nullptr;
  run([&] {
    at::Generator fresh;
    if (device == 0) {
      fresh = at::make_generator<at::CPUGeneratorImpl>(seed);
    } else {
      // A clone of the device's own generator: the way to make one that needs no CUDA header.
      fresh = at::globalContext().defaultGenerator(device_of(device, index < 0 ? 0 : index)).clone();
      fresh.set_current_seed(seed);
    }
    made = new at::Generator(std::move(fresh));
  });
  return made;
}
API G ct_generator_default() {
  G made = nullptr;
  run([&] { made = new at::Generator(at::globalContext().defaultGenerator(at::kCPU)); });
  return made;
}
API void ct_generator_dispose(G g) { delete g; }
API int ct_generator_seed(G g, uint64_t seed) {
  return run([&] {
    std::lock_guard<std::mutex> lock(g->mutex());
    g->set_current_seed(seed);
  });
}
API int ct_generator_initial_seed(G g, uint64_t* out) { return run([&] { *out = g->current_seed(); }); }
API T ct_generator_get_state(G g) { return make([&] { return g->get_state(); }); }
API int ct_generator_set_state(G g, T state) {
  return run([&] {
    std::lock_guard<std::mutex> lock(g->mutex());
    g->set_state(*state);
  });
}
API int ct_manual_seed(uint64_t seed) { return run([&] { at::manual_seed(seed); }); }
