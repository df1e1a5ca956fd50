// SPDX-License-Identifier: Apache-2.0

#include "internal/he_contract.h"

void he_modulus_init(he_modulus *out, uint64_t value) {
  HE_REQUIRE(value >= 2 && value < HE_MODULUS_LIMIT);
  // floor(2^128 / q) = floor((2^128 - 1) / q), plus one where q divides 2^128.
  he_uint128 reciprocal = ~(he_uint128)0 / value;
  if ((value & (value - 1)) == 0) reciprocal += 1;
  uint64_t bits = 64 - (uint64_t)__builtin_clzll(value);
  out->value = value;
  out->barrett_hi = (uint64_t)(reciprocal >> 64);
  out->barrett_lo = (uint64_t)reciprocal;
  out->barrett_52 = bits > 50 ? 0 : (uint64_t)(((he_uint128)1 << (bits + 51)) / value);
  out->bits = bits;
}

uint64_t he_ntt_exponent(unsigned log_n, uint64_t k) {
  HE_REQUIRE_LOG_N(log_n);
  HE_REQUIRE(k < UINT64_C(1) << log_n);
  return 2 * he_reverse_bits(he_exchange_low_groups(log_n, k), log_n) + 1;
}
