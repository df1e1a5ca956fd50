// SPDX-License-Identifier: Apache-2.0
//
// What the implementations share: checks, the small degrees, and their tables.
#ifndef HE_EMBEDDING_SHARED_H
#define HE_EMBEDDING_SHARED_H

#include "plan.h"

#define HE_UNROLL _Pragma("clang loop unroll(full)")

/// The tables, each NULL where this build or this CPU lacks the instructions.
const he_fft_kernels *he_fft_scalar_kernels(void);
const he_fft_kernels *he_fft_neon_kernels_if_supported(void);
const he_fft_kernels *he_fft_avx2_kernels_if_supported(void);
const he_fft_kernels *he_fft_avx512_kernels_if_supported(void);

/// The embedding for log_n < HE_EMBEDDING_TILED_LOG_N, contracts as in he_fft.h.
void he_embedding_small_forward(double *data, double *scratch, unsigned log_n, const double *tables);
void he_embedding_small_inverse(double *data, double *scratch, unsigned log_n, const double *tables);

#ifdef HE_VERIFY

static inline void he_check_finite(const char *kernel, const double *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!__builtin_isfinite(values[i])) {
      fprintf(stderr, "%s: value %zu is not finite\n", kernel, i);
      abort();
    }
  }
}

/// |values[k] * 2^0 * scale| <= bound.
static inline void he_check_magnitude(const char *kernel, const double *values, double scale, double bound, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double scaled = values[i] * scale;
    if (!(scaled <= bound && -scaled <= bound)) {
      fprintf(stderr, "%s: value %zu, scaled, is %g; its magnitude must be at most %g\n", kernel, i, scaled, bound);
      abort();
    }
  }
}

#define HE_REQUIRE_FINITE(values, count) he_check_finite(__func__, (values), (count))
#define HE_REQUIRE_MAGNITUDE(values, scale, bound, count) \
  he_check_magnitude(__func__, (values), (scale), (bound), (count))
#define HE_REQUIRE_NO_OVERLAP(a, a_count, b, b_count)                              \
  HE_REQUIRE((uintptr_t)(a) + (a_count) * sizeof(double) <= (uintptr_t)(b) || \
             (uintptr_t)(b) + (b_count) * sizeof(double) <= (uintptr_t)(a))

#else

#define HE_REQUIRE_FINITE(values, count) ((void)0)
#define HE_REQUIRE_MAGNITUDE(values, scale, bound, count) ((void)0)
#define HE_REQUIRE_NO_OVERLAP(a, a_count, b, b_count) ((void)0)

#endif

/// The requirements of both directions.
HE_INLINE void he_embedding_check(const double *data, const double *scratch, unsigned log_n, const double *tables) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE_ALIGNED(scratch);
  HE_REQUIRE_ALIGNED(tables);
  HE_REQUIRE(((uintptr_t)data & 7) == 0);
  HE_REQUIRE_NO_OVERLAP(data, (size_t)1 << log_n, scratch, he_embedding_scratch_doubles(log_n));
  HE_REQUIRE_NO_OVERLAP(data, (size_t)1 << log_n, tables, he_embedding_table_doubles(log_n));
  HE_REQUIRE_NO_OVERLAP(scratch, he_embedding_scratch_doubles(log_n), tables, he_embedding_table_doubles(log_n));
  HE_REQUIRE_FINITE(data, (size_t)1 << log_n);
  (void)data, (void)scratch, (void)log_n, (void)tables;
}

#endif
