// SPDX-License-Identifier: Apache-2.0
//
// Pointwise arithmetic, eight residues at a time. The last one to seven go through masked loads and stores, which touch
// no byte outside the arrays.

#include "he_avx512ifma.h"
#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// Lanes of a vector that begins `left` residues before the end.
HE_INLINE __mmask8 lanes_left(size_t left) { return (__mmask8)(left >= 8 ? 0xff : (1u << left) - 1); }

HE_INLINE he_vector load_lanes(const uint64_t *p, __mmask8 lanes) { return _mm512_maskz_loadu_epi64(lanes, p); }
HE_INLINE void store_lanes(uint64_t *p, __mmask8 lanes, he_vector x) { _mm512_mask_storeu_epi64(p, lanes, x); }

/// Runs `statement` for every whole vector, then once for the lanes left over. The statement uses LOAD, STORE and k.
#define FOR_EACH_VECTOR(statement)                                         \
  do {                                                                     \
    size_t k = 0;                                                          \
    for (; k + 8 <= count; k += 8) {                                       \
      const __mmask8 lanes = 0xff;                                         \
      statement                                                            \
    }                                                                      \
    if (k < count) {                                                       \
      const __mmask8 lanes = lanes_left(count - k);                        \
      statement                                                            \
    }                                                                      \
  } while (0)

void he_avx512ifma_add(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const he_vector modulus = vector_broadcast(q->value);
  FOR_EACH_VECTOR({
    he_vector sum = vector_add(load_lanes(lhs + k, lanes), load_lanes(rhs + k, lanes));
    store_lanes(out + k, lanes, vector_subtract_if_reached(sum, modulus));
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_avx512ifma_subtract(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                            const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const he_vector modulus = vector_broadcast(q->value);
  FOR_EACH_VECTOR({
    he_vector difference = vector_subtract(load_lanes(lhs + k, lanes), load_lanes(rhs + k, lanes));
    // A negative difference is a huge word, and then the other one is the smaller.
    store_lanes(out + k, lanes, vector_min(difference, vector_add(difference, modulus)));
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_avx512ifma_negate(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_vector modulus = vector_broadcast(q->value);
  FOR_EACH_VECTOR({
    he_vector difference = vector_subtract(vector_zero(), load_lanes(in + k, lanes));
    store_lanes(out + k, lanes, vector_min(difference, vector_add(difference, modulus)));
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

/// Constants of a product of two variable residues.
typedef struct product_constants {
  he_vector negated_q, q, twice_q, reciprocal;
  __m128i lhs_shift, rhs_shift;
} product_constants;

// Barrett with b = bits of q <= 46, for a product z = x y < 2^(2b). Its top, c = floor(z / 2^(b-2)) < 2^(b+2), is the
// high half of (x * 2^5) * (y * 2^(49-b)), as 5 + 49 - b = 52 - (b - 2); both factors are below 2^52. With
// r = floor(2^(b+50) / q) <= 2^51, half of barrett_52, the estimate of z / q is floor(c r / 2^52). It falls short by
// less than 2^(b-2) / q <= 1/2 for the floor in c, 2^(b+2) / 2^52 <= 1/16 for the one in r, and 1 for its own: the
// remainder is below 1.5625 q.
HE_INLINE product_constants product_constants_of(const he_modulus *q) {
  product_constants constants = {
    .negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value),
    .q = vector_broadcast(q->value),
    .twice_q = vector_broadcast(2 * q->value),
    .reciprocal = vector_broadcast(q->barrett_52 >> 1),
    .lhs_shift = _mm_cvtsi32_si128(5),
    .rhs_shift = _mm_cvtsi32_si128((int)(49 - q->bits)),
  };
  return constants;
}

/// accumulator + x y - estimate * q, clean, in [accumulator, accumulator + 2q) for canonical x and y.
HE_INLINE he_vector multiply_add_lazy(he_vector accumulator, he_vector x, he_vector y,
                                      const product_constants *constants) {
  he_vector top = vector_madd_hi(vector_zero(), _mm512_sll_epi64(x, constants->lhs_shift),
                                 _mm512_sll_epi64(y, constants->rhs_shift));
  he_vector low = vector_madd_lo(accumulator, x, y);
  he_vector estimate = vector_madd_hi(vector_zero(), top, constants->reciprocal);
  return vector_low_52(vector_madd_lo(low, estimate, constants->negated_q));
}

void he_avx512ifma_multiply(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                            const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(out, lhs, count);
  HE_REQUIRE_ALIASING(out, rhs, count);
  const product_constants constants = product_constants_of(q);
  FOR_EACH_VECTOR({
    he_vector product =
      multiply_add_lazy(vector_zero(), load_lanes(lhs + k, lanes), load_lanes(rhs + k, lanes), &constants);
    store_lanes(out + k, lanes, vector_subtract_if_reached(product, constants.q));
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_avx512ifma_multiply_accumulate(uint64_t *accumulator, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                                       const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  HE_REQUIRE_BELOW(lhs, count, q->value);
  HE_REQUIRE_BELOW(rhs, count, q->value);
  HE_REQUIRE_ALIASING(accumulator, lhs, count);
  HE_REQUIRE_ALIASING(accumulator, rhs, count);
  const product_constants constants = product_constants_of(q);
  FOR_EACH_VECTOR({
    he_vector sum = multiply_add_lazy(load_lanes(accumulator + k, lanes), load_lanes(lhs + k, lanes),
                                      load_lanes(rhs + k, lanes), &constants);  // in [0, 3q)
    sum = vector_subtract_if_reached(vector_subtract_if_reached(sum, constants.twice_q), constants.q);
    store_lanes(accumulator + k, lanes, sum);
  });
  HE_ENSURE_BELOW(accumulator, count, q->value);
}

void he_avx512ifma_multiply_scalar(uint64_t *out, const uint64_t *in, uint64_t scalar, size_t count,
                                   const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_vector modulus = vector_broadcast(q->value), negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value);
  const he_vector w = vector_broadcast(scalar), quotient = vector_broadcast(he_shoup_quotient(scalar, 52, q));
  FOR_EACH_VECTOR({
    he_vector product = vector_multiply_shoup_lazy(load_lanes(in + k, lanes), w, quotient, negated_q);
    store_lanes(out + k, lanes, vector_close(product, modulus));
  });
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_avx512ifma_multiply_scalar_accumulate(uint64_t *accumulator, const uint64_t *in, uint64_t scalar, size_t count,
                                              const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_AVX512IFMA_LIMIT);
  HE_REQUIRE(scalar < q->value);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(accumulator, in, count);
  const he_vector modulus = vector_broadcast(q->value), negated_q = vector_broadcast((UINT64_C(1) << 52) - q->value);
  const he_vector twice = vector_broadcast(2 * q->value);
  const he_vector w = vector_broadcast(scalar), quotient = vector_broadcast(he_shoup_quotient(scalar, 52, q));
  FOR_EACH_VECTOR({
    he_vector product = vector_multiply_shoup_lazy(load_lanes(in + k, lanes), w, quotient, negated_q);
    he_vector sum = vector_low_52(vector_add(product, load_lanes(accumulator + k, lanes)));  // in [0, 3q)
    sum = vector_subtract_if_reached(vector_subtract_if_reached(sum, twice), modulus);
    store_lanes(accumulator + k, lanes, sum);
  });
  HE_ENSURE_BELOW(accumulator, count, q->value);
}

HE_AVX512IFMA_REGION_END

#endif
