// SPDX-License-Identifier: Apache-2.0
//
// Where the automorphism X -> X^g moves evaluations.

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
