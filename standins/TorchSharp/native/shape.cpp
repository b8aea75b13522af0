// Views, joining, splitting and indexing.
#include "shim.h"

#include <ATen/TensorIndexing.h>
#include <cstdlib>

API T ct_view(T a, const I64* s, I64 n) { return make([&] { return a->view(ints(s, n)); }); }
API T ct_reshape(T a, const I64* s, I64 n) { return make([&] { return a->reshape(ints(s, n)); }); }
API T ct_flatten(T a, I64 start, I64 end) { return make([&] { return at::flatten(*a, start, end); }); }
API T ct_unflatten(T a, I64 dim, const I64* s, I64 n) { return make([&] { return a->unflatten(dim, ints(s, n)); }); }
API T ct_permute(T a, const I64* s, I64 n) { return make([&] { return a->permute(ints(s, n)); }); }
API T ct_transpose(T a, I64 d0, I64 d1) { return make([&] { return a->transpose(d0, d1); }); }
API int ct_transpose_(T a, I64 d0, I64 d1) { return run([&] { a->transpose_(d0, d1); }); }
API T ct_t(T a) { return make([&] { return a->t(); }); }
API T ct_mT(T a) { return make([&] { return a->transpose(-2, -1); }); }
API T ct_squeeze(T a) { return make([&] { return a->squeeze(); }); }
API T ct_squeeze_dim(T a, I64 dim) { return make([&] { return a->squeeze(dim); }); }
API T ct_unsqueeze(T a, I64 dim) { return make([&] { return a->unsqueeze(dim); }); }
API int ct_unsqueeze_(T a, I64 dim) { return run([&] { a->unsqueeze_(dim); }); }
API T ct_expand(T a, const I64* s, I64 n, bool implicit) { return make([&] { return a->expand(ints(s, n), implicit); }); }
API T ct_repeat(T a, const I64* s, I64 n) { return make([&] { return a->repeat(ints(s, n)); }); }
API T ct_repeat_interleave(T a, I64 repeats, const I64* dim) {
  return make([&] { return at::repeat_interleave(*a, repeats, dim ? Maybe<I64>(*dim) : Maybe<I64>()); });
}
API T ct_tile(T a, const I64* s, I64 n) { return make([&] { return at::tile(*a, ints(s, n)); }); }
API T ct_as_strided(T a, const I64* s, I64 n, const I64* t, I64 m, I64 offset) {
  return make([&] { return a->as_strided(ints(s, n), ints(t, m), offset); });
}
API T ct_narrow(T a, I64 dim, I64 start, I64 length) { return make([&] { return a->narrow(dim, start, length); }); }
API T ct_slice(T a, I64 dim, const I64* start, const I64* stop, I64 step) {
  return make([&] {
    return a->slice(dim, start ? Maybe<I64>(*start) : Maybe<I64>(), stop ? Maybe<I64>(*stop) : Maybe<I64>(), step);
  });
}
API T ct_select(T a, I64 dim, I64 index) { return make([&] { return a->select(dim, index); }); }
API T ct_unfold(T a, I64 dim, I64 size, I64 step) { return make([&] { return a->unfold(dim, size, step); }); }
API T ct_diag(T a, I64 diagonal) { return make([&] { return at::diag(*a, diagonal); }); }
API T ct_diagonal(T a, I64 offset, I64 d0, I64 d1) { return make([&] { return at::diagonal(*a, offset, d0, d1); }); }
API T ct_tril(T a, I64 diagonal) { return make([&] { return at::tril(*a, diagonal); }); }
API T ct_triu(T a, I64 diagonal) { return make([&] { return at::triu(*a, diagonal); }); }
API T ct_flip(T a, const I64* d, I64 n) { return make([&] { return at::flip(*a, ints(d, n)); }); }
API T ct_roll(T a, const I64* s, I64 n, const I64* d, I64 m) { return make([&] { return at::roll(*a, ints(s, n), ints(d, m)); }); }
API T ct_movedim(T a, const I64* s, I64 n, const I64* d, I64 m) {
  return make([&] { return at::movedim(*a, ints(s, n), ints(d, m)); });
}

API T ct_cat(const T* ts, I64 n, I64 dim) { return make([&] { return at::cat(list(ts, n), dim); }); }
API T ct_stack(const T* ts, I64 n, I64 dim) { return make([&] { return at::stack(list(ts, n), dim); }); }
API T ct_einsum(const char* equation, const T* ts, I64 n) { return make([&] { return at::einsum(equation, list(ts, n)); }); }

namespace {
// The array of handles is released with ct_free, each handle with ct_dispose.
T* hand_out(const std::vector<at::Tensor>& parts, I64* n) {
  auto* handles = static_cast<T*>(std::malloc(sizeof(T) * (parts.empty() ? 1 : parts.size())));
  for (size_t i = 0; i < parts.size(); i++) handles[i] = own(parts[i]);
  *n = static_cast<I64>(parts.size());
  return handles;
}
template <class F> T* make_list(I64* n, F&& f) {
  T* handles = nullptr;
  run([&] { handles = hand_out(f(), n); });
  return handles;
}
} // namespace
API void ct_free(void* memory) { std::free(memory); }
API T* ct_split(T a, I64 size, I64 dim, I64* n) { return make_list(n, [&] { return at::split(*a, size, dim); }); }
API T* ct_split_sizes(T a, const I64* s, I64 m, I64 dim, I64* n) {
  return make_list(n, [&] { return at::split_with_sizes(*a, ints(s, m), dim); });
}
API T* ct_chunk(T a, I64 chunks, I64 dim, I64* n) { return make_list(n, [&] { return at::chunk(*a, chunks, dim); }); }
API T* ct_unbind(T a, I64 dim, I64* n) { return make_list(n, [&] { return at::unbind(*a, dim); }); }

API T ct_index_select(T a, I64 dim, T index) { return make([&] { return at::index_select(*a, dim, *index); }); }
API T ct_gather(T a, I64 dim, T index) { return make([&] { return at::gather(*a, dim, *index); }); }
API T ct_scatter(T a, I64 dim, T index, T src) { return make([&] { return at::scatter(*a, dim, *index, *src); }); }
API int ct_scatter_(T a, I64 dim, T index, T src) { return run([&] { a->scatter_(dim, *index, *src); }); }
API T ct_scatter_add(T a, I64 dim, T index, T src) { return make([&] { return at::scatter_add(*a, dim, *index, *src); }); }
API int ct_scatter_add_(T a, I64 dim, T index, T src) { return run([&] { a->scatter_add_(dim, *index, *src); }); }
API T ct_index_add(T a, I64 dim, T index, T src, Num alpha) {
  return make([&] { return at::index_add(*a, dim, *index, *src, scalar(alpha)); });
}
API int ct_index_add_(T a, I64 dim, T index, T src, Num alpha) {
  return run([&] { a->index_add_(dim, *index, *src, scalar(alpha)); });
}
API int ct_index_copy_(T a, I64 dim, T index, T src) { return run([&] { a->index_copy_(dim, *index, *src); }); }
API T ct_masked_fill(T a, T mask, Num value) { return make([&] { return at::masked_fill(*a, *mask, scalar(value)); }); }
API int ct_masked_fill_(T a, T mask, Num value) { return run([&] { a->masked_fill_(*mask, scalar(value)); }); }
API T ct_masked_select(T a, T mask) { return make([&] { return at::masked_select(*a, *mask); }); }
API T ct_take(T a, T index) { return make([&] { return at::take(*a, *index); }); }
API T ct_nonzero(T a) { return make([&] { return at::nonzero(*a); }); }
API T ct_where(T condition, T a, T b) { return make([&] { return at::where(*condition, *a, *b); }); }
API T ct_searchsorted(T sorted, T values, bool out_int32, bool right) {
  return make([&] { return at::searchsorted(*sorted, *values, out_int32, right); });
}

namespace {
c10::List<Maybe<at::Tensor>> indices(const T* ts, I64 n) {
  c10::List<Maybe<at::Tensor>> made;
  for (I64 i = 0; i < n; i++) made.push_back(maybe(ts[i]));
  return made;
}
} // namespace
// A null handle stands for a whole dimension.
API T ct_index(T a, const T* ts, I64 n) { return make([&] { return at::index(*a, indices(ts, n)); }); }
API int ct_index_put_(T a, const T* ts, I64 n, T value, bool accumulate) {
  return run([&] { a->index_put_(indices(ts, n), *value, accumulate); });
}
