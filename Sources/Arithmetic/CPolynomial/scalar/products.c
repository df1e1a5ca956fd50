// SPDX-License-Identifier: Apache-2.0
//
// Sums of products on single words: 128-bit sums, reduced as rarely as the width of the modulus allows.

#include "he_scalar.h"

/// Products below 2^(2 bits + 2) that fit 128 bits together with a reduced sum. Lazy words are below 4q.
HE_INLINE size_t terms_between_reductions(const he_modulus *q) {
  return q->bits < 60 ? HE_TERMS_MAX : ((size_t)1 << (126 - 2 * q->bits)) - 1;
}

void he_scalar_sum_of_products(uint64_t *out, const uint64_t *const *lhs, const uint64_t *const *rhs, size_t terms,
                               size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(terms >= 1 && terms <= HE_TERMS_MAX);
#ifdef HE_VERIFY
  for (size_t t = 0; t < terms; t++) {
    HE_REQUIRE_BELOW(lhs[t], count, q->value);
    HE_REQUIRE_BELOW(rhs[t], count, q->value);
    HE_REQUIRE_ALIASING(out, lhs[t], count);
    HE_REQUIRE_ALIASING(out, rhs[t], count);
  }
#endif
  const he_modulus modulus = *q;
  const size_t most = terms_between_reductions(q);
  for (size_t k = 0; k < count; k++) {
    he_uint128 sum = 0;
    for (size_t t = 0; t < terms; sum = he_reduce_128(sum, &modulus)) {
      const size_t end = terms - t < most ? terms : t + most;
      for (; t < end; t++) sum += (he_uint128)lhs[t][k] * rhs[t][k];
    }
    out[k] = (uint64_t)sum;
  }
  HE_ENSURE_BELOW(out, count, modulus.value);
}

void he_scalar_subtract_scale(uint64_t *out, const uint64_t *addend, const uint64_t *lhs,
                              const uint64_t *lazy_rhs, uint64_t scalar, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(lazy_rhs, count, 4 * q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, lazy_rhs, count);
  const uint64_t modulus = q->value, quotient = he_shoup_quotient(scalar, 64, q);
  if (addend == NULL) {
    for (size_t k = 0; k < count; k++) {
      // Modulo 2^64, lhs + 4q - lazy is exact: it lies in (0, 5q), and where 5q passes 2^64 the sum is reduced first.
      uint64_t rhs = he_subtract_if_reached(he_subtract_if_reached(lazy_rhs[k], 2 * modulus), modulus);
      out[k] = he_multiply_shoup(he_subtract_mod(lhs[k], rhs, modulus), scalar, quotient, modulus);
    }
  } else {
    HE_REQUIRE_BELOW(addend, count, q->value);
    HE_REQUIRE_ALIASING(out, addend, count);
    for (size_t k = 0; k < count; k++) {
      uint64_t rhs = he_subtract_if_reached(he_subtract_if_reached(lazy_rhs[k], 2 * modulus), modulus);
      uint64_t product = he_multiply_shoup(he_subtract_mod(lhs[k], rhs, modulus), scalar, quotient, modulus);
      out[k] = he_add_mod(addend[k], product, modulus);
    }
  }
  HE_ENSURE_BELOW(out, count, modulus);
}

void he_scalar_pack_key(uint64_t *packed, const uint64_t *k0, const uint64_t *k1, size_t term, size_t terms,
                        size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(terms >= 1 && terms <= HE_TERMS_MAX && term < terms);
  HE_REQUIRE(count == 8 || count % HE_KEY_BLOCK == 0);
  HE_REQUIRE_BELOW(k0, count, q->value);
  HE_REQUIRE_BELOW(k1, count, q->value);
  (void)q;
  for (size_t start = 0; start < count; start += HE_KEY_BLOCK) {
    // The last block of a polynomial of 8 coefficients is half as long.
    const size_t length = count - start < HE_KEY_BLOCK ? count - start : HE_KEY_BLOCK;
    uint64_t *place = packed + 2 * (terms * start + term * length);
    for (size_t k = 0; k < length; k++) {
      place[k] = k0[start + k];
      place[length + k] = k1[start + k];
    }
  }
}

void he_scalar_key_inner_product(uint64_t *out0, uint64_t *out1, const uint64_t *const *lazy_digits,
                                 const uint64_t *packed, size_t terms, size_t packed_terms, size_t count,
                                 const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(terms >= 1 && terms <= packed_terms && packed_terms <= HE_TERMS_MAX);
  HE_REQUIRE(count == 8 || count % HE_KEY_BLOCK == 0);
#ifdef HE_VERIFY
  for (size_t t = 0; t < terms; t++) HE_REQUIRE_BELOW(lazy_digits[t], count, 4 * q->value);
#endif
  const he_modulus modulus = *q;
  const size_t most = terms_between_reductions(q);
  for (size_t start = 0; start < count; start += HE_KEY_BLOCK) {
    const size_t length = count - start < HE_KEY_BLOCK ? count - start : HE_KEY_BLOCK;
    const uint64_t *block = packed + 2 * packed_terms * start;
    for (size_t k = 0; k < length; k++) {
      he_uint128 sum0 = 0, sum1 = 0;
      for (size_t t = 0; t < terms;) {
        const size_t end = terms - t < most ? terms : t + most;
        for (; t < end; t++) {
          const uint64_t digit = lazy_digits[t][start + k];
          sum0 += (he_uint128)digit * block[2 * t * length + k];
          sum1 += (he_uint128)digit * block[(2 * t + 1) * length + k];
        }
        sum0 = he_reduce_128(sum0, &modulus);
        sum1 = he_reduce_128(sum1, &modulus);
      }
      out0[start + k] = (uint64_t)sum0;
      out1[start + k] = (uint64_t)sum1;
    }
  }
  HE_ENSURE_BELOW(out0, count, modulus.value);
  HE_ENSURE_BELOW(out1, count, modulus.value);
}

void he_scalar_make_lazy(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  (void)q;
  for (size_t k = 0; k < count; k++) out[k] = in[k];
}
