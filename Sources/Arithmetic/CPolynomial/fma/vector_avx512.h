// SPDX-License-Identifier: Apache-2.0
//
// The vector vocabulary of the bodies on AVX-512: eight lanes. F, DQ and VL alone, no IFMA.
#ifndef HE_FMA_VECTOR_AVX512_H
#define HE_FMA_VECTOR_AVX512_H

#include <immintrin.h>

#include "he_fma.h"

#define HE_LANES 8
#define HE_REGISTERS 32
#define HE_UNROLL _Pragma("clang loop unroll(full)")

#pragma clang fp contract(off)

typedef __m512d he_vector;
typedef __m512i he_words;

HE_INLINE he_words words_load(const uint64_t *p) { return _mm512_loadu_si512(p); }
HE_INLINE void words_store(uint64_t *p, he_words x) { _mm512_storeu_si512(p, x); }
/// The first `lanes` words, zero in the other lanes. requires: lanes <= 8. Touches no byte beyond.
HE_INLINE he_words words_load_first(const uint64_t *p, size_t lanes) {
  return _mm512_maskz_loadu_epi64((__mmask8)((1u << lanes) - 1), p);
}
HE_INLINE void words_store_first(uint64_t *p, he_words x, size_t lanes) {
  _mm512_mask_storeu_epi64(p, (__mmask8)((1u << lanes) - 1), x);
}
HE_INLINE he_words words_broadcast(uint64_t x) { return _mm512_set1_epi64((long long)x); }
HE_INLINE he_words words_add(he_words a, he_words b) { return _mm512_add_epi64(a, b); }
HE_INLINE he_words words_subtract(he_words a, he_words b) { return _mm512_sub_epi64(a, b); }
HE_INLINE he_words words_shift_right(he_words x, unsigned bits) { return _mm512_srli_epi64(x, bits); }
/// x + q where x, in two's complement, is negative, else x. requires: -q <= x < 2^63 - q.
HE_INLINE he_words words_add_if_negative(he_words x, he_words q) { return _mm512_min_epu64(x, words_add(x, q)); }

HE_INLINE he_vector vector_from_bits(he_words x) { return _mm512_castsi512_pd(x); }
HE_INLINE he_words vector_bits(he_vector x) { return _mm512_castpd_si512(x); }
HE_INLINE he_vector vector_load(const uint64_t *p) { return vector_from_bits(words_load(p)); }
HE_INLINE void vector_store(uint64_t *p, he_vector x) { words_store(p, vector_bits(x)); }
HE_INLINE he_vector vector_broadcast(double x) { return _mm512_set1_pd(x); }
HE_INLINE he_vector vector_zero(void) { return _mm512_setzero_pd(); }
HE_INLINE he_vector vector_add(he_vector a, he_vector b) { return a + b; }
HE_INLINE he_vector vector_subtract(he_vector a, he_vector b) { return a - b; }
HE_INLINE he_vector vector_multiply(he_vector a, he_vector b) { return a * b; }
/// a * b + c, rounded once.
HE_INLINE he_vector vector_fma(he_vector a, he_vector b, he_vector c) { return _mm512_fmadd_pd(a, b, c); }
/// a * b - c, rounded once; +0 where a * b is c.
HE_INLINE he_vector vector_fms(he_vector a, he_vector b, he_vector c) { return _mm512_fmsub_pd(a, b, c); }
/// c - a * b, rounded once.
HE_INLINE he_vector vector_fnma(he_vector a, he_vector b, he_vector c) { return _mm512_fnmadd_pd(a, b, c); }
/// The nearest integer, ties to even.
HE_INLINE he_vector vector_nearest(he_vector x) {
  return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/// x + q where the sign of x is set, else x. requires: x is not -0.
HE_INLINE he_vector vector_add_if_negative(he_vector x, he_vector q) {
  return _mm512_mask_add_pd(x, _mm512_movepi64_mask(vector_bits(x)), x, q);
}
/// requires: x < 2^52.
HE_INLINE he_vector vector_from_words(he_words x) { return _mm512_cvtepu64_pd(x); }
/// requires: x <= 2^53.
HE_INLINE he_vector vector_from_wide_words(he_words x) { return _mm512_cvtepu64_pd(x); }
/// requires: x an integer, 0 <= x < 2^52.
HE_INLINE he_words vector_to_words(he_vector x) { return _mm512_cvttpd_epu64(x); }

/// Rows to columns of an 8 x 8 matrix.
HE_INLINE void vector_transpose(he_vector x[HE_LANES]) {
  he_vector t[8], u[8];
  HE_UNROLL
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_pd(x[i], x[i + 1]);
    t[i + 1] = _mm512_unpackhi_pd(x[i], x[i + 1]);
  }
  // t[2p + b], 128-bit lane c: rows 2p and 2p + 1 of column 2c + b.
  HE_UNROLL
  for (int b = 0; b < 2; b++) {
    HE_UNROLL
    for (int h = 0; h < 2; h++) {
      u[4 * h + b] = _mm512_shuffle_f64x2(t[4 * h + b], t[4 * h + 2 + b], 0x88);      // even lanes
      u[4 * h + 2 + b] = _mm512_shuffle_f64x2(t[4 * h + b], t[4 * h + 2 + b], 0xdd);  // odd lanes
    }
  }
  // u[4h + 2o + b]: (pair 2h, column lanes o, o + 2), (pair 2h + 1, column lanes o, o + 2).
  HE_UNROLL
  for (int b = 0; b < 2; b++) {
    HE_UNROLL
    for (int o = 0; o < 2; o++) {
      x[2 * o + b] = _mm512_shuffle_f64x2(u[2 * o + b], u[4 + 2 * o + b], 0x88);
      x[4 + 2 * o + b] = _mm512_shuffle_f64x2(u[2 * o + b], u[4 + 2 * o + b], 0xdd);
    }
  }
}

#endif
