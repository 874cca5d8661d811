#pragma once

// One source, three instruction sets: vectorized(lambda) runs the lambda compiled for the best set that this processor has.
// The lambda and all it calls are inlined into each version. Lambdas only: a function pointer inside is not vectorised.
namespace descent {

enum class Isa { baseline, avx2, avx512 };

// The set in use; detected at start. Tests may lower it: the results have the same bits.
extern Isa isa;

template <class F>
[[gnu::flatten, gnu::noinline]] void on_baseline(const F& f) {
  const F body = f;
  body();
}

#ifdef __x86_64__
template <class F>
[[gnu::flatten, gnu::noinline, gnu::target("avx2,bmi,bmi2")]] void on_avx2(const F& f) {
  const F body = f;
  body();
}
template <class F>
[[gnu::flatten, gnu::noinline, gnu::target("avx2,bmi,bmi2,avx512f,avx512dq,avx512vl,avx512bw")]] void on_avx512(const F& f) {
  const F body = f;
  body();
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
