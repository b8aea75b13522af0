// The C boundary between the managed stand-in and libtorch.
//
// Rules that hold in every file here:
// - a tensor handle is a heap-allocated at::Tensor, owned by the managed side and released with ct_dispose;
// - no exception crosses: a function that makes a tensor answers nullptr, one that changes a tensor answers 1,
//   and ct_last_error then holds the message of the calling thread;
// - only C++17, and only what libtorch 1.13 to 2.11 share. Optionals are named through Maybe, because their class moved.
#pragma once
#include <ATen/ATen.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

using T = at::Tensor*;
using G = at::Generator*;
using I64 = int64_t;

// A number that crosses by value in two registers. kind: -1 none, 0 integer, 1 real, 2 boolean.
struct Num {
  int64_t bits;
  int32_t kind;
};

// The optional that this libtorch takes (c10's own class in 1.x, std::optional later), read off one of its signatures.
template <class X> struct Rebind;
template <template <class> class O, class X> struct Rebind<O<X>> {
  template <class Y> using to = O<Y>;
};
template <class X>
using Maybe = typename Rebind<std::decay_t<decltype(std::declval<const at::TensorOptions&>().device_opt())>>::template to<X>;

void set_error(const char* message) noexcept;
void set_error(const std::exception_ptr& error) noexcept;

template <class F> T make(F&& f) noexcept {
  try {
    at::Tensor made = f();
    return made.defined() ? new at::Tensor(std::move(made)) : nullptr;
  } catch (...) {
    set_error(std::current_exception());
    return nullptr;
  }
}

template <class F> int run(F&& f) noexcept {
  try {
    f();
    return 0;
  } catch (...) {
    set_error(std::current_exception());
    return 1;
  }
}

inline at::Scalar scalar(Num n) {
  if (n.kind == 1) {
    double value;
    std::memcpy(&value, &n.bits, sizeof value);
    return at::Scalar(value);
  }
  return n.kind == 2 ? at::Scalar(n.bits != 0) : at::Scalar(n.bits);
}

inline at::IntArrayRef ints(const I64* values, I64 count) { return at::IntArrayRef(values, static_cast<size_t>(count)); }
inline Maybe<at::Tensor> maybe(T t) { return t ? Maybe<at::Tensor>(*t) : Maybe<at::Tensor>(); }
inline Maybe<at::Generator> maybe(G g) { return g ? Maybe<at::Generator>(*g) : Maybe<at::Generator>(); }
inline Maybe<at::ScalarType> type_or_none(int type) {
  return type < 0 ? Maybe<at::ScalarType>() : Maybe<at::ScalarType>(static_cast<at::ScalarType>(type));
}
inline at::Device device_of(int type, int index) {
  return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
}
// Options for a factory: type below zero leaves libtorch's default.
inline at::TensorOptions options(int type, int device, int index) {
  auto made = at::TensorOptions().device(device_of(device, index));
  return type < 0 ? made : made.dtype(static_cast<at::ScalarType>(type));
}
inline std::vector<at::Tensor> list(const T* handles, I64 count) {
  std::vector<at::Tensor> made;
  made.reserve(static_cast<size_t>(count));
  for (I64 i = 0; i < count; i++) made.push_back(handles[i] ? *handles[i] : at::Tensor());
  return made;
}
inline T own(at::Tensor t) { return t.defined() ? new at::Tensor(std::move(t)) : nullptr; }
