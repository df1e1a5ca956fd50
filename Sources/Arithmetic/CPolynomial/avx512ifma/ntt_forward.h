// SPDX-License-Identifier: Apache-2.0
//
// What the forward transform and the key switch that begins and ends it share.
#ifndef HE_AVX512IFMA_NTT_FORWARD_H
#define HE_AVX512IFMA_NTT_FORWARD_H

#include "he_avx512ifma.h"
#include "ntt_plan.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

typedef struct forward_constants {
  he_vector negated_q;  ///< 2^52 - q, which is also -q modulo 2^52
  he_vector bias;       ///< log_n * q
  he_vector reciprocal; ///< ceil(2^(51 + b) / q), b the bits of q: below 2^52, as q is no power of two
  he_vector shift;      ///< b - 1
  he_vector multiple;   ///< 16 q
  he_vector inverse;    ///< q^-1 mod 2^52
  he_vector q;
  uint64_t lazy_bound;  ///< (2 log_n + input_bound) * q
  size_t ahead_lines;   ///< how many lines of what is needed next are to be loaded while 64 values are transformed
  uintptr_t ahead;      ///< where they begin, less ahead_lines / 8 times the address of the values
} forward_constants;

/// The constants for values below input_bound * q.
static inline forward_constants forward_constants_of(const he_modulus *q, unsigned log_n, unsigned input_bound) {
  const uint64_t modulus = q->value;
  const forward_constants constants = {
    .negated_q = vector_broadcast((UINT64_C(1) << 52) - modulus),
    .bias = vector_broadcast(log_n * modulus),
    .reciprocal = vector_broadcast(q->barrett_52 + 1),
    .shift = vector_broadcast(q->bits - 1),
    .multiple = vector_broadcast(16 * modulus),
    .inverse = vector_broadcast(inverse_of_odd(modulus)),
    .q = vector_broadcast(modulus),
    .lazy_bound = (2 * log_n + input_bound) * modulus,
    .ahead_lines = 0,
    .ahead = 0,
  };
  return constants;
}

/// Asks for `lines` lines from address `next` on while 64 values of those at `data` are transformed.
static inline void set_ahead(forward_constants *constants, uintptr_t next, size_t lines, const uint64_t *data) {
  constants->ahead_lines = lines;
  constants->ahead = next - (uintptr_t)data / 8 * lines;
}

/// (x, y) to (x + w y, x - w y).
HE_INLINE void forward_butterfly(he_vector *x, he_vector *y, he_vector w, he_vector quotient, he_vector negated_q) {
  he_vector estimate = vector_madd_hi(vector_zero(), *y, quotient);
  he_vector t = vector_madd_lo(negated_q, *y, w);
  t = vector_madd_lo(t, estimate, negated_q);
  *y = vector_subtract(*x, t);
  *x = vector_add(*x, t);
}

/// The levels of one pass of radix 2^log_radix on as many registers; in a transform's first pass the first half of them has its bias.
HE_INLINE void forward_levels(he_vector *x, const uint64_t *twiddles, he_vector negated_q, const unsigned log_radix) {
  HE_UNROLL
  for (unsigned level = 0; level < log_radix; level++) {
    const unsigned half = 1u << (log_radix - level - 1);
    HE_UNROLL
    for (unsigned b = 0; b < 1u << level; b++) {
      const uint64_t *pair = twiddles + 2 * ((1u << level) - 1 + b);
      const he_vector w = vector_broadcast(pair[0]), quotient = vector_broadcast(pair[1]);
      HE_UNROLL
      for (unsigned i = 0; i < half; i++) {
        forward_butterfly(&x[2 * half * b + i], &x[2 * half * b + half + i], w, quotient, negated_q);
      }
    }
  }
}

/// Transforms 2^log_length values, log_length > 6, that are a part of a transform whose passes over longer parts are done; lazy.
/// `constants` are those of the whole transform; `table` is where the twiddles of the part are. Loads what set_ahead says into the
/// second-level cache. Returns where the next part's twiddles are.
const uint64_t *he_avx512ifma_forward_part(uint64_t *data, unsigned log_length, const uint64_t *table,
                                           const forward_constants *constants);

HE_AVX512IFMA_REGION_END

#endif

#endif
