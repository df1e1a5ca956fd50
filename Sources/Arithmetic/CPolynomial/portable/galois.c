// SPDX-License-Identifier: Apache-2.0
//
// Galois automorphisms X -> X^g. Addresses depend on the public g alone, signs are applied without branches.

#include "../internal/he_contract.h"

void he_galois_indexes(uint32_t *indexes, unsigned log_n, uint64_t element) {
  HE_REQUIRE_LOG_N(log_n);
  const uint64_t n = UINT64_C(1) << log_n;
  HE_REQUIRE((element & 1) == 1 && element < 2 * n);
  // Position k holds a(psi^e) and wants a(psi^(e g)): the value that stands where the exponent is e g modulo 2N. The
  // exchange of he_ntt_exponent is its own inverse, and so is the reversal of bits.
  for (uint64_t k = 0; k < n; k++) {
    const uint64_t exponent = (he_ntt_exponent(log_n, k) * element) & (2 * n - 1);
    const uint64_t place = he_reverse_bits(exponent >> 1, log_n);
    indexes[k] = (uint32_t)he_exchange_low_groups(log_n, place);
  }
}

void he_permute(uint64_t *out, const uint64_t *in, const uint32_t *indexes, size_t count) {
  HE_REQUIRE_DISJOINT(out, in, count);
#ifdef HE_VERIFY
  for (size_t k = 0; k < count; k++) HE_REQUIRE(indexes[k] < count);
#endif
  for (size_t k = 0; k < count; k++) out[k] = in[indexes[k]];
}

void he_galois_coefficients(uint64_t *out, const uint64_t *in, unsigned log_n, uint64_t element, const he_modulus *q) {
  HE_REQUIRE_LOG_N(log_n);
  const uint64_t n = UINT64_C(1) << log_n, modulus = q->value;
  HE_REQUIRE((element & 1) == 1 && element < 2 * n);
  HE_REQUIRE_BELOW(in, n, modulus);
  HE_REQUIRE_DISJOINT(out, in, n);
  uint64_t power = 0;
  for (uint64_t k = 0; k < n; k++, power = (power + element) & (2 * n - 1)) {
    // X^(n + j) = -X^j; minus zero stays zero.
    const uint64_t negated = he_subtract_mod(0, in[k], modulus), odd = 0 - (power >> log_n);
    out[power & (n - 1)] = (negated & odd) | (in[k] & ~odd);
  }
  HE_ENSURE_BELOW(out, n, modulus);
}
