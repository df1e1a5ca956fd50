// SPDX-License-Identifier: Apache-2.0
//
// The vector vocabulary of the bodies on NEON: two lanes.
#ifndef HE_FMA_VECTOR_NEON_H
#define HE_FMA_VECTOR_NEON_H

#include <arm_neon.h>

#include "he_fma.h"

#define HE_LANES 2
#define HE_REGISTERS 32
#define HE_UNROLL _Pragma("clang loop unroll(full)")

#pragma clang fp contract(off)

typedef float64x2_t he_vector;
typedef uint64x2_t he_words;

HE_INLINE he_words words_load(const uint64_t *p) { return vld1q_u64(p); }
HE_INLINE void words_store(uint64_t *p, he_words x) { vst1q_u64(p, x); }
/// The first `lanes` words, zero in the other lane. requires: lanes 1 or 2. Touches no byte beyond.
HE_INLINE he_words words_load_first(const uint64_t *p, size_t lanes) {
  return lanes == 2 ? vld1q_u64(p) : vcombine_u64(vld1_u64(p), vdup_n_u64(0));
}
HE_INLINE void words_store_first(uint64_t *p, he_words x, size_t lanes) {
  if (lanes == 2) {
    vst1q_u64(p, x);
  } else {
    vst1_u64(p, vget_low_u64(x));
  }
}
HE_INLINE he_words words_broadcast(uint64_t x) { return vdupq_n_u64(x); }
HE_INLINE he_words words_add(he_words a, he_words b) { return vaddq_u64(a, b); }
HE_INLINE he_words words_subtract(he_words a, he_words b) { return vsubq_u64(a, b); }
HE_INLINE he_words words_shift_right(he_words x, unsigned bits) { return vshlq_u64(x, vdupq_n_s64(-(int64_t)bits)); }
/// x + q where x, in two's complement, is negative, else x.
HE_INLINE he_words words_add_if_negative(he_words x, he_words q) {
  return vaddq_u64(x, vandq_u64(q, vcltzq_s64(vreinterpretq_s64_u64(x))));
}

HE_INLINE he_vector vector_from_bits(he_words x) { return vreinterpretq_f64_u64(x); }
HE_INLINE he_words vector_bits(he_vector x) { return vreinterpretq_u64_f64(x); }
HE_INLINE he_vector vector_load(const uint64_t *p) { return vector_from_bits(words_load(p)); }
HE_INLINE void vector_store(uint64_t *p, he_vector x) { words_store(p, vector_bits(x)); }
HE_INLINE he_vector vector_broadcast(double x) { return vdupq_n_f64(x); }
HE_INLINE he_vector vector_zero(void) { return vdupq_n_f64(0); }
HE_INLINE he_vector vector_add(he_vector a, he_vector b) { return a + b; }
HE_INLINE he_vector vector_subtract(he_vector a, he_vector b) { return a - b; }
HE_INLINE he_vector vector_multiply(he_vector a, he_vector b) { return a * b; }
/// a * b + c, rounded once.
HE_INLINE he_vector vector_fma(he_vector a, he_vector b, he_vector c) { return vfmaq_f64(c, a, b); }
/// a * b - c, rounded once. The negation goes into the sum that takes the result.
HE_INLINE he_vector vector_fms(he_vector a, he_vector b, he_vector c) { return -vfmsq_f64(c, a, b); }
/// c - a * b, rounded once.
HE_INLINE he_vector vector_fnma(he_vector a, he_vector b, he_vector c) { return vfmsq_f64(c, a, b); }
/// The nearest integer, ties to even.
HE_INLINE he_vector vector_nearest(he_vector x) { return vrndnq_f64(x); }
/// x + q where x is negative, else x.
HE_INLINE he_vector vector_add_if_negative(he_vector x, he_vector q) {
  return vector_add(x, vector_from_bits(vandq_u64(vector_bits(q), vcltzq_f64(x))));
}
/// requires: x < 2^52.
HE_INLINE he_vector vector_from_words(he_words x) { return vcvtq_f64_u64(x); }
/// requires: x <= 2^53.
HE_INLINE he_vector vector_from_wide_words(he_words x) { return vcvtq_f64_u64(x); }
/// requires: x an integer, 0 <= x < 2^52.
HE_INLINE he_words vector_to_words(he_vector x) { return vcvtq_u64_f64(x); }

/// Rows to columns of a 2 x 2 matrix.
HE_INLINE void vector_transpose(he_vector x[HE_LANES]) {
  const he_vector first = vtrn1q_f64(x[0], x[1]), second = vtrn2q_f64(x[0], x[1]);
  x[0] = first;
  x[1] = second;
}

#endif
