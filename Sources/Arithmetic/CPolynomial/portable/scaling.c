// SPDX-License-Identifier: Apache-2.0
//
// Multiplication by a rational number, with rounding: the steps of BFV between plaintext and ciphertext modulus.

#include "../internal/he_contract.h"

void he_scale_remainder(uint64_t *out, const uint64_t *in, size_t count, uint64_t remainder, const he_modulus *t) {
  HE_REQUIRE_MODULUS(t, UINT64_C(1) << 61);
  HE_REQUIRE(remainder < t->value);
  HE_REQUIRE_BELOW(in, count, t->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_modulus modulus = *t;
  const uint64_t half = modulus.value / 2;
  for (size_t k = 0; k < count; k++) {
    he_uint128 numerator = (he_uint128)remainder * in[k] + half;  // below t^2
    uint64_t quotient = he_barrett_quotient(numerator, &modulus);
    uint64_t rest = (uint64_t)numerator - quotient * modulus.value;  // in [0, 2t)
    out[k] = quotient + 1 - ((rest - modulus.value) >> 63);
  }
  HE_ENSURE_BELOW(out, count, t->value + 1);
}

void he_scale_accumulate(uint64_t *accumulator, const uint64_t *message, const uint64_t *correction, uint64_t delta,
                         size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE(delta < q->value);
  HE_REQUIRE_BELOW(accumulator, count, q->value);
  const he_modulus modulus = *q;
  const uint64_t quotient = he_shoup_quotient(delta, 64, &modulus);
  for (size_t k = 0; k < count; k++) {
    uint64_t product = he_multiply_shoup(message[k], delta, quotient, modulus.value);
    uint64_t sum = he_add_mod(product, he_reduce_64(correction[k], &modulus), modulus.value);
    accumulator[k] = he_add_mod(accumulator[k], sum, modulus.value);
  }
  HE_ENSURE_BELOW(accumulator, count, q->value);
}

void he_divide_round_limb(uint64_t *out, const uint64_t *in, const uint64_t *last, size_t count, uint64_t inverse,
                          const he_modulus *q, const he_modulus *q_last) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_MODULUS(q_last, HE_MODULUS_LIMIT);
  HE_REQUIRE((q_last->value & 1) == 1);
  HE_REQUIRE(inverse < q->value);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_BELOW(last, count, q_last->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_modulus modulus = *q;
  const uint64_t dropped = q_last->value;
  const uint64_t half = (dropped - 1) / 2, offset = he_reduce_64(half, &modulus) + modulus.value;
  const uint64_t quotient = he_shoup_quotient(inverse, 64, &modulus);
  for (size_t k = 0; k < count; k++) {
    // shifted = centred(last) + half lies in [0, q_last): no sign to look at before the reduction modulo q.
    uint64_t shifted = he_subtract_if_reached(last[k] + half, dropped);
    uint64_t difference = in[k] + offset - he_reduce_64(shifted, &modulus);  // in (0, 3q), and 3q < 2^64
    out[k] = he_multiply_shoup(difference, inverse, quotient, modulus.value);
  }
  HE_ENSURE_BELOW(out, count, q->value);
}

// he_scale_and_round. With y_i = x_i * (Q/q_i)^-1 mod q_i, x / Q is the sum of y_i / q_i up to an integer. Two ways:
//
// Short, where target * q_i < 2^67: y_i / q_i is the fractional part of x_i * v_i / 2^128 but for the truncation of
// v_i = floor(2^128 * inverse / q_i). The sum of all x_i * v_i modulo 2^128 is therefore x / Q in fixed point, short by
// less than limbs * q_i / 2^128: times target, limbs * 2^-61. The dropped low word of that product is below 2^-64.
//
// General: each limb contributes y_i * target / q_i, which is less than target <= 2^61 as y_i < q_i, so y_i * whole
// fits a word. The sum is an integer word and a 64-bit fraction that starts at 1/2. Dropped: of the fraction constant,
// y * 2^-128 < 2^-66; of the low product, 2^-64; together less than limbs * 2^-63.

/// The short way.
static void scale_short(uint64_t *out, const uint64_t *in, size_t in_stride, size_t count, const he_modulus *moduli,
                        const he_scale_limb *constants, size_t limbs, uint64_t target) {
  uint64_t v_high[64], v_low[64];
  for (size_t i = 0; i < limbs; i++) {
    // floor(2^128 inverse / q) in two steps of 64 bits.
    v_high[i] = he_shoup_quotient(constants[i].inverse, 64, &moduli[i]);
    v_low[i] = he_shoup_quotient(0 - v_high[i] * moduli[i].value, 64, &moduli[i]);
  }
  for (size_t k = 0; k < count; k++) {
    he_uint128 sum = 0;
    for (size_t i = 0; i < limbs; i++) {
      uint64_t x = in[i * in_stride + k];
      sum += (he_uint128)x * v_low[i] + ((he_uint128)(x * v_high[i]) << 64);
    }
    he_uint128 scaled = (he_uint128)target * (uint64_t)(sum >> 64) + (UINT64_C(1) << 63) +
                        he_multiply_high(target, (uint64_t)sum);
    out[k] = he_subtract_if_reached((uint64_t)(scaled >> 64), target);  // at most target before
  }
}

/// Coefficients whose sums are kept at a time, the general way.
#define HE_SCALE_TILE 128
/// Most limbs between two reductions of the integer sum.
#define HE_SCALE_GROUP 3

/// One tile of the general way.
static void scale_tile(uint64_t *out, const uint64_t *in, size_t in_stride, size_t count, const he_modulus *moduli,
                       const he_scale_limb *constants, size_t limbs, uint64_t target) {
  uint64_t fractions[HE_SCALE_TILE];
  for (size_t k = 0; k < count; k++) {
    out[k] = 0;
    fractions[k] = UINT64_C(1) << 63;
  }
  for (size_t i = 0; i < limbs; i++) {
    const he_scale_limb limb = constants[i];
    const uint64_t q = moduli[i].value, quotient = he_shoup_quotient(limb.inverse, 64, &moduli[i]);
    const uint64_t *residues = in + i * in_stride;
    for (size_t k = 0; k < count; k++) {
      uint64_t y = he_multiply_shoup(residues[k], limb.inverse, quotient, q);
      he_uint128 sum = (he_uint128)y * limb.fraction_hi + he_multiply_high(y, limb.fraction_lo) + fractions[k];
      fractions[k] = (uint64_t)sum;
      out[k] += y * limb.whole + (uint64_t)(sum >> 64);
    }
    if ((i + 1) % HE_SCALE_GROUP == 0 || i + 1 == limbs) {
      // Below target + HE_SCALE_GROUP * target = 4 * target <= 2^63.
      for (size_t k = 0; k < count; k++) {
        out[k] = he_subtract_if_reached(he_subtract_if_reached(out[k], 2 * target), target);
      }
    }
  }
  he_zeroize(fractions, sizeof fractions);
}

void he_scale_and_round(uint64_t *out, const uint64_t *in, size_t in_stride, size_t count, const he_modulus *moduli,
                        const he_scale_limb *constants, size_t limbs, uint64_t target) {
  HE_REQUIRE(target >= 2 && target <= UINT64_C(1) << 61);
  HE_REQUIRE(limbs >= 1 && limbs <= 64);
  bool is_short = true;
  for (size_t i = 0; i < limbs; i++) {
    HE_REQUIRE_MODULUS(&moduli[i], HE_MODULUS_LIMIT);
    HE_REQUIRE(constants[i].inverse < moduli[i].value);
    HE_REQUIRE_BELOW(in + i * in_stride, count, moduli[i].value);
    HE_REQUIRE_DISJOINT(out, in + i * in_stride, count);
    is_short = is_short && ((he_uint128)target * moduli[i].value) >> 67 == 0;
  }
  if (is_short) {
    scale_short(out, in, in_stride, count, moduli, constants, limbs, target);
  } else {
    for (size_t start = 0; start < count; start += HE_SCALE_TILE) {
      const size_t length = count - start < HE_SCALE_TILE ? count - start : HE_SCALE_TILE;
      scale_tile(out + start, in + start, in_stride, length, moduli, constants, limbs, target);
    }
  }
  HE_ENSURE_BELOW(out, count, target);
}
