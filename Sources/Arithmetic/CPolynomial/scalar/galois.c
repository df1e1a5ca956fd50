// SPDX-License-Identifier: Apache-2.0
//
// Galois automorphisms X -> X^g of both forms. Addresses depend on the public g alone, signs are applied without branches.

#include "he_scalar.h"

#include "../internal/he_contract.h"

void he_scalar_permute(uint64_t *out, const uint64_t *in, const uint32_t *indexes, size_t count) {
  HE_REQUIRE_DISJOINT(out, in, count);
#ifdef HE_VERIFY
  for (size_t k = 0; k < count; k++) HE_REQUIRE(indexes[k] < count);
#endif
  for (size_t k = 0; k < count; k++) out[k] = in[indexes[k]];
}

void he_scalar_galois_coefficients(uint64_t *out, const uint64_t *in, unsigned log_n, uint64_t inverse,
                                   const he_modulus *q) {
  HE_REQUIRE_LOG_N(log_n);
  const uint64_t n = UINT64_C(1) << log_n, modulus = q->value;
  HE_REQUIRE((inverse & 1) == 1 && inverse < 2 * n);
  HE_REQUIRE_BELOW(in, n, modulus);
  HE_REQUIRE_DISJOINT(out, in, n);
  uint64_t power = 0;
  for (uint64_t k = 0; k < n; k++, power = (power + inverse) & (2 * n - 1)) {
    // The coefficient of X^k comes from X^(k/g), and X^(n + j) = -X^j; minus zero stays zero.
    const uint64_t x = in[power & (n - 1)], odd = 0 - (power >> log_n);
    out[k] = (he_subtract_mod(0, x, modulus) & odd) | (x & ~odd);
  }
  HE_ENSURE_BELOW(out, n, modulus);
}
