// SPDX-License-Identifier: Apache-2.0
//
// Pointwise arithmetic on single words.

#include "he_scalar.h"

void he_scalar_add(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const uint64_t modulus = q->value;
  for (size_t k = 0; k < count; k++) out[k] = he_add_mod(lhs[k], rhs[k], modulus);
  HE_ENSURE_BELOW(out, count, modulus);
}

void he_scalar_subtract(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const uint64_t modulus = q->value;
  for (size_t k = 0; k < count; k++) out[k] = he_subtract_mod(lhs[k], rhs[k], modulus);
  HE_ENSURE_BELOW(out, count, modulus);
}

void he_scalar_negate(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const uint64_t modulus = q->value;
  for (size_t k = 0; k < count; k++) out[k] = he_subtract_mod(0, in[k], modulus);
  HE_ENSURE_BELOW(out, count, modulus);
}

void he_scalar_multiply(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const he_modulus modulus = *q;
  for (size_t k = 0; k < count; k++) out[k] = he_multiply_mod(lhs[k], rhs[k], &modulus);
  HE_ENSURE_BELOW(out, count, modulus.value);
}

void he_scalar_multiply_accumulate(uint64_t *accumulator, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                                   const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(accumulator, lhs, count);
  HE_REQUIRE_ALIASING(accumulator, rhs, count);
  const he_modulus modulus = *q;
  for (size_t k = 0; k < count; k++) {
    accumulator[k] = he_reduce_128((he_uint128)lhs[k] * rhs[k] + accumulator[k], &modulus);
  }
  HE_ENSURE_BELOW(accumulator, count, modulus.value);
}

void he_scalar_multiply_scalar(uint64_t *out, const uint64_t *in, uint64_t scalar, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const uint64_t modulus = q->value, quotient = he_shoup_quotient(scalar, 64, q);
  for (size_t k = 0; k < count; k++) out[k] = he_multiply_shoup(in[k], scalar, quotient, modulus);
  HE_ENSURE_BELOW(out, count, modulus);
}

void he_scalar_multiply_scalar_accumulate(uint64_t *accumulator, const uint64_t *in, uint64_t scalar, size_t count,
                                          const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(accumulator, in, count);
  const uint64_t modulus = q->value, quotient = he_shoup_quotient(scalar, 64, q);
  for (size_t k = 0; k < count; k++) {
    uint64_t product = he_multiply_shoup(in[k], scalar, quotient, modulus);
    accumulator[k] = he_add_mod(accumulator[k], product, modulus);
  }
  HE_ENSURE_BELOW(accumulator, count, modulus);
}
