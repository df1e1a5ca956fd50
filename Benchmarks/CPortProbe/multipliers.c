// SPDX-License-Identifier: Apache-2.0
//
// Independent chains, as many as hide the latency and stay in registers: each instruction multiplies the result before it
// in its chain, so that none can be left out or computed once for all.

#include "port_probe.h"

#include "clock.h"

/// Steps of every chain in one sample.
#define STEPS 4096
#define SAMPLES 200

/// Instructions of a sample; runs them.
typedef uint64_t sample_function(void);

/// A function that runs `chains` chains of `step`, in terms of `value`, `x` and `y`, and folds them with `fold`.
#define DEFINE_CHAINS(name, type, chains, x_value, y_value, step, fold)    \
  static uint64_t name(void) {                                             \
    type values[chains];                                                   \
    const type x = x_value, y = y_value;                                   \
    for (int i = 0; i < (chains); i++) values[i] = y;                      \
    for (int s = 0; s < STEPS; s++) {                                      \
      PROBE_UNROLL                                                         \
      for (int i = 0; i < (chains); i++) {                                 \
        type value = values[i];                                            \
        values[i] = step;                                                  \
      }                                                                    \
    }                                                                      \
    type sum = values[0];                                                  \
    for (int i = 1; i < (chains); i++) {                                   \
      type value = values[i];                                              \
      sum = fold;                                                          \
    }                                                                      \
    uint64_t words[sizeof(type) / 8];                                      \
    __builtin_memcpy(words, &sum, sizeof words);                           \
    probe_keep(words[0]);                                                  \
    return (uint64_t)STEPS * (chains);                                     \
  }

/// Both halves of the product, so that neither is left out.
static inline uint64_t fold_product(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

DEFINE_CHAINS(run_multiply_64, uint64_t, 9, UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9),
              fold_product(value, x), sum ^ value)

#if defined(__x86_64__)

PROBE_TARGET("avx512f,avx512ifma")
DEFINE_CHAINS(run_madd52_512, __m512i, 12, _mm512_set1_epi64(0x123456789abcd), _mm512_set1_epi64(0x3c6ef372fe94f),
              _mm512_madd52lo_epu64(x, value, y), _mm512_xor_si512(sum, value))
DEFINE_CHAINS(run_fma_512, __m512d, 12, _mm512_set1_pd(0.25), _mm512_set1_pd(0.75), _mm512_fmadd_pd(value, y, x),
              _mm512_add_pd(sum, value))
PROBE_TARGET_END

PROBE_TARGET("avx2,fma")
DEFINE_CHAINS(run_fma_256, __m256d, 12, _mm256_set1_pd(0.25), _mm256_set1_pd(0.75), _mm256_fmadd_pd(value, y, x),
              _mm256_add_pd(sum, value))
PROBE_TARGET_END

#elif defined(__aarch64__)

#include <arm_neon.h>

DEFINE_CHAINS(run_fma_128, float64x2_t, 24, vdupq_n_f64(0.25), vdupq_n_f64(0.75), vfmaq_f64(x, value, y),
              vaddq_f64(sum, value))

#endif

/// The chains of this multiplier, or NULL.
static sample_function *chains_for(port_probe_multiplier multiplier) {
  switch (multiplier) {
    case PORT_PROBE_MULTIPLY_64: return run_multiply_64;
#if defined(__x86_64__)
    case PORT_PROBE_MADD52_512:
      __builtin_cpu_init();
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma") ? run_madd52_512 : NULL;
    case PORT_PROBE_FMA_512:
      __builtin_cpu_init();
      return __builtin_cpu_supports("avx512f") ? run_fma_512 : NULL;
    case PORT_PROBE_FMA_256:
      __builtin_cpu_init();
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? run_fma_256 : NULL;
#elif defined(__aarch64__)
    case PORT_PROBE_FMA_128: return run_fma_128;
#endif
    default: return NULL;
  }
}

double port_probe_multiply_rate(port_probe_multiplier multiplier) {
  sample_function *run = chains_for(multiplier);
  if (run == NULL) return 0;
  double best = 0;
  for (int sample = 0; sample < SAMPLES; sample++) {
    const double start = probe_now();
    const double count = (double)run();
    const double elapsed = probe_now() - start;
    if (elapsed > 0 && count / elapsed > best) best = count / elapsed;
  }
  return best;
}
