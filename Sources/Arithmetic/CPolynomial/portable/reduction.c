// SPDX-License-Identifier: Apache-2.0
//
// Words of any origin to canonical residues.

#include "../internal/he_contract.h"

void he_signed_to_residues(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIASING(out, in, count);
  for (size_t k = 0; k < count; k++) out[k] = in[k] + (q->value & (0 - (in[k] >> 63)));
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_reduce_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_modulus modulus = *q;
  for (size_t k = 0; k < count; k++) out[k] = he_reduce_64(in[k], &modulus);
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_reduce_signed_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q) {
  HE_REQUIRE_MODULUS(q, HE_MODULUS_LIMIT);
  HE_REQUIRE_ALIASING(out, in, count);
  const he_modulus modulus = *q;
  const uint64_t sign = UINT64_C(1) << 63;
  const uint64_t offset = he_reduce_64(sign, &modulus);
  // Flipping the sign bit of a two's complement word adds 2^63 to its value.
  for (size_t k = 0; k < count; k++) {
    out[k] = he_subtract_mod(he_reduce_64(in[k] ^ sign, &modulus), offset, modulus.value);
  }
  HE_ENSURE_BELOW(out, count, q->value);
}

void he_extract_bits(uint64_t *out, const uint64_t *in, size_t count, unsigned shift, unsigned bits) {
  HE_REQUIRE(shift < 64 && bits >= 1 && bits < 64);
  HE_REQUIRE_ALIASING(out, in, count);
  const uint64_t mask = (UINT64_C(1) << bits) - 1;
  for (size_t k = 0; k < count; k++) out[k] = (in[k] >> shift) & mask;
}
