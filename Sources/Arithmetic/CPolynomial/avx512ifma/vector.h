// SPDX-License-Identifier: Apache-2.0
//
// The vector vocabulary of this implementation: eight residues, one to a 64-bit lane, multiplied 52 by 52 bits.
//
// VPMADD52 reads only the low 52 bits of its factors and adds the low or the high 52 bits of their product to a 64-bit
// accumulator. Two rules follow. A "lazy" lane is a number modulo 2^52 whose high 12 bits are undefined: sums,
// differences and products of lazy lanes stay right in their low 52 bits, so nothing is masked before the last step.
// And adding the low half of k * (2^52 - q) subtracts k * q modulo 2^52.
#ifndef HE_AVX512IFMA_VECTOR_H
#define HE_AVX512IFMA_VECTOR_H

#include "../internal/he_contract.h"

#if defined(__x86_64__) && defined(__clang__)
#define HE_HAS_AVX512IFMA 1

#include <immintrin.h>

#define HE_PRAGMA(text) _Pragma(#text)
/// Functions between the two may use the instructions, and only run where he_kernels_for found them; it need not ask for
/// PRFCHW, which every 64-bit x86 takes, if only as no operation.
#define HE_AVX512IFMA_TARGET "avx512f,avx512dq,avx512bw,avx512vl,avx512ifma,avx512vbmi,prfchw"
#define HE_AVX512IFMA_REGION_BEGIN                                                                               \
  HE_PRAGMA(clang attribute push(__attribute__((target(HE_AVX512IFMA_TARGET))), apply_to = function))
#define HE_AVX512IFMA_REGION_END _Pragma("clang attribute pop")
#define HE_UNROLL _Pragma("clang loop unroll(full)")

/// Moduli q < 2^46. The inverse transform binds: its differences reach 64 q, which must not pass 2^52. The forward one would
/// take q <= 2^52 / 46, but for that the inverse had to reduce twice as many registers, in every pass.
#define HE_AVX512IFMA_LIMIT (UINT64_C(1) << 46)
/// Lazy values of the forward transform lie in [0, (2 log_n + 1) q), log_n <= 17; those that begin as digits do (switching.c) in
/// [0, (2 log_n + 11) q).
#define HE_FORWARD_LAZY_BOUND 45
#define HE_LOW_52 ((UINT64_C(1) << 52) - 1)

HE_AVX512IFMA_REGION_BEGIN

typedef __m512i he_vector;

HE_INLINE he_vector vector_load(const uint64_t *p) { return _mm512_loadu_si512(p); }
HE_INLINE void vector_store(uint64_t *p, he_vector x) { _mm512_storeu_si512(p, x); }
HE_INLINE he_vector vector_broadcast(uint64_t x) { return _mm512_set1_epi64((long long)x); }
HE_INLINE he_vector vector_zero(void) { return _mm512_setzero_si512(); }
HE_INLINE he_vector vector_add(he_vector a, he_vector b) { return _mm512_add_epi64(a, b); }
HE_INLINE he_vector vector_subtract(he_vector a, he_vector b) { return _mm512_sub_epi64(a, b); }
HE_INLINE he_vector vector_min(he_vector a, he_vector b) { return _mm512_min_epu64(a, b); }
HE_INLINE he_vector vector_low_52(he_vector a) { return _mm512_and_si512(a, vector_broadcast(HE_LOW_52)); }
/// accumulator + low half of a * b.
HE_INLINE he_vector vector_madd_lo(he_vector accumulator, he_vector a, he_vector b) {
  return _mm512_madd52lo_epu64(accumulator, a, b);
}
/// accumulator + high half of a * b.
HE_INLINE he_vector vector_madd_hi(he_vector accumulator, he_vector a, he_vector b) {
  return _mm512_madd52hi_epu64(accumulator, a, b);
}

/// x mod bound for clean x in [0, 2 * bound): the wrong one of x and x - bound is huge.
HE_INLINE he_vector vector_subtract_if_reached(he_vector x, he_vector bound) {
  return vector_min(x, vector_subtract(x, bound));
}

/// x + addend in the lanes where value > bound, x elsewhere.
HE_INLINE he_vector vector_add_where_above(he_vector x, he_vector addend, he_vector value, he_vector bound) {
  return _mm512_mask_add_epi64(x, _mm512_cmpgt_epu64_mask(value, bound), x, addend);
}

/// x * w modulo q: lazy, in [0, 2q). quotient = floor(w * 2^52 / q), w < q, negated_q = 2^52 - q; x in [0, 2^52) is
/// lazy. x*w/q - x*quotient/2^52 lies in [0, 1), one floor follows: the remainder is below 2q.
HE_INLINE he_vector vector_multiply_shoup_lazy(he_vector x, he_vector w, he_vector quotient, he_vector negated_q) {
  he_vector estimate = vector_madd_hi(vector_zero(), x, quotient);
  return vector_madd_lo(vector_madd_lo(vector_zero(), x, w), estimate, negated_q);
}

/// Lazy in [0, 2q) to canonical.
HE_INLINE he_vector vector_close(he_vector x, he_vector q) { return vector_subtract_if_reached(vector_low_52(x), q); }

/// Lazy in [0, 2^52) to lazy in [0, 2q): x - floor(x * reciprocal / 2^52) * q, reciprocal = floor(2^52 / q), as
/// x/q - x*reciprocal/2^52 is in [0, 1).
HE_INLINE he_vector vector_reduce_lazy(he_vector x, he_vector reciprocal, he_vector negated_q) {
  return vector_madd_lo(x, vector_madd_hi(vector_zero(), x, reciprocal), negated_q);
}

/// p^-1 modulo 2^52 for odd p, by Newton's iteration: p p = 1 mod 8, so p is right to 3 bits, then 6, 12, 24, 48, 96.
HE_INLINE uint64_t inverse_of_odd(uint64_t p) {
  uint64_t inverse = p;
  for (int i = 0; i < 5; i++) inverse *= 2 - p * inverse;
  return inverse & HE_LOW_52;
}

/// Rows to columns of an 8 x 8 matrix.
HE_INLINE void vector_transpose(he_vector x[8]) {
  he_vector t[8], u[8];
  HE_UNROLL
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_epi64(x[i], x[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi64(x[i], x[i + 1]);
  }
  // t[2p + b], 128-bit lane c: rows 2p and 2p + 1 of column 2c + b.
  HE_UNROLL
  for (int b = 0; b < 2; b++) {
    HE_UNROLL
    for (int h = 0; h < 2; h++) {
      u[4 * h + b] = _mm512_shuffle_i64x2(t[4 * h + b], t[4 * h + 2 + b], 0x88);      // even lanes
      u[4 * h + 2 + b] = _mm512_shuffle_i64x2(t[4 * h + b], t[4 * h + 2 + b], 0xdd);  // odd lanes
    }
  }
  // u[4h + 2o + b]: (pair 2h, column lanes o, o + 2), (pair 2h + 1, column lanes o, o + 2).
  HE_UNROLL
  for (int b = 0; b < 2; b++) {
    HE_UNROLL
    for (int o = 0; o < 2; o++) {
      x[2 * o + b] = _mm512_shuffle_i64x2(u[2 * o + b], u[4 + 2 * o + b], 0x88);
      x[4 + 2 * o + b] = _mm512_shuffle_i64x2(u[2 * o + b], u[4 + 2 * o + b], 0xdd);
    }
  }
}

HE_AVX512IFMA_REGION_END

#endif
#endif
