// SPDX-License-Identifier: Apache-2.0
//
// The vector vocabulary of the bodies on AVX2 with FMA: four lanes.
#ifndef HE_FMA_VECTOR_AVX2_H
#define HE_FMA_VECTOR_AVX2_H

#include <immintrin.h>

#include "he_fma.h"

#define HE_LANES 4
#define HE_REGISTERS 16
#define HE_UNROLL _Pragma("clang loop unroll(full)")

#pragma clang fp contract(off)

typedef __m256d he_vector;
typedef __m256i he_words;

HE_INLINE he_vector vector_from_bits(he_words x) { return _mm256_castsi256_pd(x); }
HE_INLINE he_words vector_bits(he_vector x) { return _mm256_castpd_si256(x); }

HE_INLINE he_words words_load(const uint64_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
HE_INLINE void words_store(uint64_t *p, he_words x) { _mm256_storeu_si256((__m256i *)p, x); }
HE_INLINE he_words words_broadcast(uint64_t x) { return _mm256_set1_epi64x((long long)x); }
HE_INLINE __m256i first_lanes(size_t lanes) {
  return _mm256_cmpgt_epi64(words_broadcast(lanes), _mm256_setr_epi64x(0, 1, 2, 3));
}
/// The first `lanes` words, zero in the other lanes. requires: lanes <= 4. Touches no byte beyond.
HE_INLINE he_words words_load_first(const uint64_t *p, size_t lanes) {
  return _mm256_maskload_epi64((const long long *)p, first_lanes(lanes));
}
HE_INLINE void words_store_first(uint64_t *p, he_words x, size_t lanes) {
  _mm256_maskstore_epi64((long long *)p, first_lanes(lanes), x);
}
HE_INLINE he_words words_add(he_words a, he_words b) { return _mm256_add_epi64(a, b); }
HE_INLINE he_words words_subtract(he_words a, he_words b) { return _mm256_sub_epi64(a, b); }
HE_INLINE he_words words_shift_right(he_words x, unsigned bits) { return _mm256_srli_epi64(x, (int)bits); }
/// x + q where x, in two's complement, is negative, else x. The blend reads the sign bits alone.
HE_INLINE he_words words_add_if_negative(he_words x, he_words q) {
  return vector_bits(_mm256_blendv_pd(vector_from_bits(x), vector_from_bits(words_add(x, q)), vector_from_bits(x)));
}

HE_INLINE he_vector vector_load(const uint64_t *p) { return vector_from_bits(words_load(p)); }
HE_INLINE void vector_store(uint64_t *p, he_vector x) { words_store(p, vector_bits(x)); }
HE_INLINE he_vector vector_broadcast(double x) { return _mm256_set1_pd(x); }
HE_INLINE he_vector vector_zero(void) { return _mm256_setzero_pd(); }
HE_INLINE he_vector vector_add(he_vector a, he_vector b) { return a + b; }
HE_INLINE he_vector vector_subtract(he_vector a, he_vector b) { return a - b; }
HE_INLINE he_vector vector_multiply(he_vector a, he_vector b) { return a * b; }
/// a * b + c, rounded once.
HE_INLINE he_vector vector_fma(he_vector a, he_vector b, he_vector c) { return _mm256_fmadd_pd(a, b, c); }
/// a * b - c, rounded once; +0 where a * b is c.
HE_INLINE he_vector vector_fms(he_vector a, he_vector b, he_vector c) { return _mm256_fmsub_pd(a, b, c); }
/// c - a * b, rounded once.
HE_INLINE he_vector vector_fnma(he_vector a, he_vector b, he_vector c) { return _mm256_fnmadd_pd(a, b, c); }
/// The nearest integer, ties to even.
HE_INLINE he_vector vector_nearest(he_vector x) {
  return _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/// x + q where the sign of x is set, else x. requires: x is not -0.
HE_INLINE he_vector vector_add_if_negative(he_vector x, he_vector q) {
  return _mm256_blendv_pd(x, vector_add(x, q), x);
}

/// requires: x < 2^52. With the bits of 2^52 above it, x is the fraction of 2^52 + x.
HE_INLINE he_vector vector_from_words(he_words x) {
  const he_vector shift = vector_broadcast(0x1p52);
  return vector_subtract(vector_from_bits(_mm256_or_si256(x, vector_bits(shift))), shift);
}
/// requires: x <= 2^53. The same for the two halves of the word: 2^84 + high * 2^32 and 2^52 + low.
HE_INLINE he_vector vector_from_wide_words(he_words x) {
  const he_words low = _mm256_blend_epi32(x, vector_bits(vector_broadcast(0x1p52)), 0xaa);
  const he_words high = _mm256_or_si256(_mm256_srli_epi64(x, 32), vector_bits(vector_broadcast(0x1p84)));
  const he_vector shift = vector_broadcast(0x1.00000001p84);  // 2^84 + 2^52
  return vector_add(vector_subtract(vector_from_bits(high), shift), vector_from_bits(low));
}
/// requires: x an integer, 0 <= x < 2^52.
HE_INLINE he_words vector_to_words(he_vector x) {
  const he_vector shift = vector_broadcast(0x1p52);
  return _mm256_xor_si256(vector_bits(vector_add(x, shift)), vector_bits(shift));
}

/// Rows to columns of a 4 x 4 matrix.
HE_INLINE void vector_transpose(he_vector x[HE_LANES]) {
  const he_vector a = _mm256_unpacklo_pd(x[0], x[1]), b = _mm256_unpackhi_pd(x[0], x[1]);
  const he_vector c = _mm256_unpacklo_pd(x[2], x[3]), d = _mm256_unpackhi_pd(x[2], x[3]);
  x[0] = _mm256_permute2f128_pd(a, c, 0x20);
  x[1] = _mm256_permute2f128_pd(b, d, 0x20);
  x[2] = _mm256_permute2f128_pd(a, c, 0x31);
  x[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

#endif
