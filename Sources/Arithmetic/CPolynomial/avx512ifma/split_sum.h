// SPDX-License-Identifier: Apache-2.0
//
// Sums of products that are reduced once.
#ifndef HE_AVX512IFMA_SPLIT_SUM_H
#define HE_AVX512IFMA_SPLIT_SUM_H

#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// A sum of products as high * 2^52 + low.
typedef struct split_sum {
  he_vector low, high;
} split_sum;

HE_INLINE void add_product(split_sum *sum, he_vector x, he_vector y) {
  sum->low = vector_madd_lo(sum->low, x, y);
  sum->high = vector_madd_hi(sum->high, x, y);
}

/// s / 2^52 modulo q for s = high * 2^52 + low with at most 66 products in it: high - floor(m q / 2^52) with m = low *
/// q^-1 mod 2^52, in (-q, s / 2^52], a two's complement word.
HE_INLINE he_vector montgomery(split_sum sum, he_vector inverse, he_vector q) {
  he_vector carried = vector_add(sum.high, _mm512_srli_epi64(sum.low, 52));
  he_vector m = vector_madd_lo(vector_zero(), sum.low, inverse);
  return vector_subtract(carried, vector_madd_hi(vector_zero(), m, q));
}

HE_AVX512IFMA_REGION_END

#endif
#endif
