#pragma once
#include <type_traits>

// One source, three instruction sets: vectorized(lambda) runs the lambda compiled for the best set that this processor has.
// The lambda and all it calls are inlined into each version. Lambdas only: a function pointer inside is not vectorised.
// A lambda with a parameter is told how many bytes a register has: [=](auto bytes) { … std::array<T, bytes / sizeof(T)> … }.
namespace descent {

enum class Isa { baseline, avx2, avx512 };

// The set in use; detected at start. Tests may lower it: the results have the same bits.
extern Isa isa;

template <int Bytes, class F>
inline void call_with_register_bytes(const F& f) {
  if constexpr (std::is_invocable_v<const F&>) {
    f();
  } else {
    f(std::integral_constant<int, Bytes>{});
  }
}

template <class F>
[[gnu::flatten, gnu::noinline]] void on_baseline(const F& f) {
  const F body = f;
  call_with_register_bytes<16>(body);
}

#ifdef __x86_64__
template <class F>
[[gnu::flatten, gnu::noinline, gnu::target("avx2,bmi,bmi2")]] void on_avx2(const F& f) {
  const F body = f;
  call_with_register_bytes<32>(body);
}
template <class F>
[[gnu::flatten, gnu::noinline, gnu::target("avx2,bmi,bmi2,avx512f,avx512dq,avx512vl,avx512bw")]] void on_avx512(const F& f) {
  const F body = f;
  call_with_register_bytes<64>(body);
}
template <class F>
void vectorized(const F& f) {
  if (isa == Isa::avx512) return on_avx512(f);
  if (isa == Isa::avx2) return on_avx2(f);
  on_baseline(f);
}
#else
template <class F>
void vectorized(const F& f) {
  on_baseline(f);
}
#endif

}  // namespace descent
