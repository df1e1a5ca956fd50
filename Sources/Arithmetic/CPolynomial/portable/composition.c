// SPDX-License-Identifier: Apache-2.0
//
// From residues to the signed integers that they stand for.

#include "../internal/he_contract.h"

/// x in [0, q) to the residue in [-floor(q/2), floor(q/2)], as a two's complement word. requires: q odd.
HE_INLINE uint64_t he_centre(uint64_t x, uint64_t q) {
  return x - (q & (0 - (((q - 1) / 2 - x) >> 63)));
}

void he_centre_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE((q->value & 1) == 1);
  HE_REQUIRE_BELOW(in, count, q->value);
  HE_REQUIRE_ALIASING(out, in, count);
  const uint64_t modulus = q->value;
  for (size_t k = 0; k < count; k++) out[k] = he_centre(in[k], modulus);
}

/// Residue of a two's complement word |v| < 2^62, modulo q.
HE_INLINE uint64_t he_reduce_signed(uint64_t v, const he_modulus *q) {
  const uint64_t sign = 0 - (v >> 63);
  const uint64_t residue = he_reduce_64((v ^ sign) - sign, q);
  return he_subtract_if_reached((residue ^ sign) - sign + (q->value & sign), q->value);
}

void he_compose_centred(uint64_t *hi, uint64_t *lo, const uint64_t *in, size_t in_stride, size_t count,
                        const he_modulus *moduli, const uint64_t *inverses, size_t limbs) {
  HE_REQUIRE(limbs >= 2 && limbs <= HE_COMPOSE_LIMIT);
  uint64_t quotients[HE_COMPOSE_LIMIT][HE_COMPOSE_LIMIT];
  for (size_t j = 0; j < limbs; j++) {
    HE_REQUIRE_MODULUS(&moduli[j], HE_MODULUS_LIMIT);
    HE_REQUIRE((moduli[j].value & 1) == 1);
    HE_REQUIRE_BELOW(in + j * in_stride, count, moduli[j].value);
    HE_REQUIRE_DISJOINT(hi, in + j * in_stride, count);
    HE_REQUIRE_DISJOINT(lo, in + j * in_stride, count);
    for (size_t i = 0; i < j; i++) {
      HE_REQUIRE(inverses[j * limbs + i] < moduli[j].value);
      quotients[j][i] = he_shoup_quotient(inverses[j * limbs + i], 64, &moduli[j]);
    }
  }
  // Mixed radix with balanced digits [Knu97, section 4.3.2]: x = v0 + q0 (v1 + q1 (v2 + ...)), each v_j in
  // [-q_j/2, q_j/2]. A small x has zeros at the top, whatever its sign, and everything is exact modulo 2^128.
  uint64_t digits[HE_COMPOSE_LIMIT];
  for (size_t k = 0; k < count; k++) {
    he_uint128 sum = 0, weight = 1;
    for (size_t j = 0; j < limbs; j++) {
      const uint64_t q = moduli[j].value;
      uint64_t x = in[j * in_stride + k];
      for (size_t i = 0; i < j; i++) {
        x = he_subtract_mod(x, he_reduce_signed(digits[i], &moduli[j]), q);
        x = he_multiply_shoup(x, inverses[j * limbs + i], quotients[j][i], q);
      }
      digits[j] = he_centre(x, q);
      const he_uint128 digit = digits[j] | (he_uint128)(0 - (digits[j] >> 63)) << 64;
      sum += digit * weight;
      weight *= q;
    }
    hi[k] = (uint64_t)(sum >> 64);
    lo[k] = (uint64_t)sum;
  }
  he_zeroize(digits, sizeof digits);
}
