// SPDX-License-Identifier: Apache-2.0
//
// Sums of products: two multiply-adds a product, one reduction a sum.

#include "../scalar/he_scalar.h"
#include "he_avx512ifma.h"
#include "split_sum.h"
#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Lanes of a vector that begins `left` residues before the end.
HE_INLINE __mmask8 lanes_left(size_t left) { return (__mmask8)(left >= 8 ? 0xff : (1u << left) - 1); }

// Canonical factors: s <= 64 q^2 with q < 2^46, so s / 2^52 < q, and the Montgomery reduction lies in (-q, q). Plus q it
// is a clean word below 2q, and the product with 2^52 mod q takes its factor of 2^-52 off again.
void he_avx512ifma_sum_of_products(uint64_t *out, const uint64_t *const *lhs, const uint64_t *const *rhs, size_t terms,
                                   size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  if ((q->value & 1) == 0) {
    he_scalar_sum_of_products(out, lhs, rhs, terms, count, q);
    return;
  }
  HE_REQUIRE(terms >= 1 && terms <= HE_TERMS_MAX);
#ifdef HE_VERIFY
  for (size_t t = 0; t < terms; t++) {
    HE_REQUIRE_BELOW(lhs[t], count, q->value);
    HE_REQUIRE_BELOW(rhs[t], count, q->value);
    HE_REQUIRE_ALIASING(out, lhs[t], count);
    HE_REQUIRE_ALIASING(out, rhs[t], count);
  }
#endif
  const he_vector modulus = vector_broadcast(q->value), negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value);
  const he_vector inverse = vector_broadcast(inverse_of_odd(q->value));
  const uint64_t radix = he_reduce_64(UINT64_C(1) << 52, q);
  const he_vector w = vector_broadcast(radix), quotient = vector_broadcast(he_shoup_quotient(radix, 52, q));
  for (size_t k = 0; k < count; k += 8) {
    const __mmask8 lanes = lanes_left(count - k);
    split_sum sum = {vector_zero(), vector_zero()};
    for (size_t t = 0; t < terms; t++) {
      add_product(&sum, _mm512_maskz_loadu_epi64(lanes, lhs[t] + k), _mm512_maskz_loadu_epi64(lanes, rhs[t] + k));
    }
    he_vector reduced = vector_add(montgomery(sum, inverse, modulus), modulus);
    he_vector product = vector_multiply_shoup_lazy(reduced, w, quotient, negated_q);
    _mm512_mask_storeu_epi64(out + k, lanes, vector_close(product, modulus));
  }
  HE_ENSURE_BELOW(out, count, q->value);
}

// A lazy word of the forward transform lies in [0, 45 q): 45 q + lhs - it is in (0, 46 q), below 2^52.
void he_avx512ifma_subtract_scale(uint64_t *out, const uint64_t *addend, const uint64_t *lhs,
                                  const uint64_t *lazy_rhs, uint64_t scalar, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_LOW52_BELOW(lazy_rhs, count, HE_FORWARD_LAZY_BOUND * q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, lazy_rhs, count);
  const he_vector modulus = vector_broadcast(q->value), negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value);
  const he_vector bias = vector_broadcast(HE_FORWARD_LAZY_BOUND * q->value);
  const he_vector w = vector_broadcast(scalar), quotient = vector_broadcast(he_shoup_quotient(scalar, 52, q));
  for (size_t k = 0; k < count; k += 8) {
    const __mmask8 lanes = lanes_left(count - k);
    he_vector difference = vector_subtract(vector_add(_mm512_maskz_loadu_epi64(lanes, lhs + k), bias),
                                           _mm512_maskz_loadu_epi64(lanes, lazy_rhs + k));
    he_vector product = vector_close(vector_multiply_shoup_lazy(difference, w, quotient, negated_q), modulus);
    if (addend != NULL) {
      product = vector_add(product, _mm512_maskz_loadu_epi64(lanes, addend + k));
      product = vector_subtract_if_reached(product, modulus);
    }
    _mm512_mask_storeu_epi64(out + k, lanes, product);
  }
  HE_ENSURE_BELOW(out, count, q->value);
}

/// A canonical word is a lazy one.
void he_avx512ifma_make_lazy(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  he_scalar_make_lazy(out, in, count, q);
}

HE_AVX512IFMA_REGION_END

#endif
