// SPDX-License-Identifier: Apache-2.0
//
// Pointwise arithmetic and base conversion on single words.

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

/// Coefficients converted at a time: the scaled residues of up to 64 limbs stay in 16 KiB.
#define HE_SCALAR_TILE 32
/// Products below 2^124 that fit 128 bits together with a reduced sum.
#define HE_SCALAR_TERMS 15

void he_scalar_base_convert(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride, size_t count,
                            const he_modulus *from, const uint64_t *inverses, size_t from_count, const he_modulus *to,
                            const uint64_t *factors, size_t to_count) {
  HE_REQUIRE(from_count >= 1 && from_count <= 64);
#ifdef HE_VERIFY
  for (size_t i = 0; i < from_count; i++) {
    HE_REQUIRE_MODULUS(&from[i], HE_MODULUS_LIMIT);
    HE_REQUIRE_BELOW(in + i * in_stride, count, from[i].value);
    HE_REQUIRE(inverses[i] < from[i].value);
  }
  for (size_t j = 0; j < to_count; j++) {
    HE_REQUIRE_MODULUS(&to[j], HE_MODULUS_LIMIT);
    for (size_t i = 0; i < from_count; i++) HE_REQUIRE_DISJOINT(out + j * out_stride, in + i * in_stride, count);
    HE_REQUIRE_BELOW(factors + j * from_count, from_count, to[j].value);
  }
#endif
  uint64_t quotients[64];
  for (size_t i = 0; i < from_count; i++) quotients[i] = he_shoup_quotient(inverses[i], 64, &from[i]);
  uint64_t scaled[HE_SCALAR_TILE][64];  // the terms of one sum side by side
  for (size_t start = 0; start < count; start += HE_SCALAR_TILE) {
    const size_t length = count - start < HE_SCALAR_TILE ? count - start : HE_SCALAR_TILE;
    for (size_t i = 0; i < from_count; i++) {
      const uint64_t *residues = in + i * in_stride + start;
      for (size_t k = 0; k < length; k++) {
        scaled[k][i] = he_multiply_shoup(residues[k], inverses[i], quotients[i], from[i].value);
      }
    }
    for (size_t j = 0; j < to_count; j++) {
      const he_modulus modulus = to[j];
      const uint64_t *row = factors + j * from_count;
      uint64_t *results = out + j * out_stride + start;
      for (size_t k = 0; k < length; k++) {
        he_uint128 sum = 0;
        for (size_t i = 0; i < from_count; sum = he_reduce_128(sum, &modulus)) {
          const size_t end = from_count - i < HE_SCALAR_TERMS ? from_count : i + HE_SCALAR_TERMS;
          for (; i < end; i++) sum += (he_uint128)scaled[k][i] * row[i];
        }
        results[k] = (uint64_t)sum;
      }
    }
  }
  he_zeroize(scaled, sizeof scaled);
#ifdef HE_VERIFY
  for (size_t j = 0; j < to_count; j++) HE_ENSURE_BELOW(out + j * out_stride, count, to[j].value);
#endif
}
