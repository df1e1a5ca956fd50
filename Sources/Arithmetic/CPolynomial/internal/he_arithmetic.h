// SPDX-License-Identifier: Apache-2.0
//
// Word arithmetic modulo q < 2^62: constant time in its operands, no branches, no divisions.
#ifndef HE_ARITHMETIC_H
#define HE_ARITHMETIC_H

#include "../include/he_kernels.h"

#define HE_INLINE static inline __attribute__((always_inline))

typedef unsigned __int128 he_uint128;

HE_INLINE uint64_t he_multiply_high(uint64_t a, uint64_t b) {
  return (uint64_t)(((he_uint128)a * b) >> 64);
}

/// x - bound where x >= bound, else x. requires: -2^63 <= x - bound < 2^63; x may use all 64 bits.
/// Written on the sign of the difference, so that no compiler has a comparison to turn into a branch.
HE_INLINE uint64_t he_subtract_if_reached(uint64_t x, uint64_t bound) {
  uint64_t difference = x - bound;
  return difference + (bound & (0 - (difference >> 63)));
}

/// a + b mod q. requires: a, b < q < 2^62. ensures: < q.
HE_INLINE uint64_t he_add_mod(uint64_t a, uint64_t b, uint64_t q) { return he_subtract_if_reached(a + b, q); }

/// a - b mod q. requires: a, b < q < 2^62. ensures: < q.
HE_INLINE uint64_t he_subtract_mod(uint64_t a, uint64_t b, uint64_t q) {
  uint64_t difference = a - b;
  return difference + (q & (0 - (difference >> 63)));
}

/// floor(x / q) - e with e in {0, 1}, for any x < 2^128.
/// With mu = floor(2^128 / q): x/q - x*mu/2^128 < x/2^128 < 1, and the product below is exact before its one floor.
HE_INLINE uint64_t he_barrett_quotient(he_uint128 x, const he_modulus *q) {
  uint64_t x_lo = (uint64_t)x, x_hi = (uint64_t)(x >> 64);
  he_uint128 low = (he_uint128)x_lo * q->barrett_hi + he_multiply_high(x_lo, q->barrett_lo);
  he_uint128 middle = (he_uint128)x_hi * q->barrett_lo + (uint64_t)low;
  // Only the low word of the quotient: it is used modulo 2^64, where the remainder is exact.
  return x_hi * q->barrett_hi + (uint64_t)(low >> 64) + (uint64_t)(middle >> 64);
}

/// x mod q for any x < 2^128. ensures: < q.
HE_INLINE uint64_t he_reduce_128(he_uint128 x, const he_modulus *q) {
  uint64_t remainder = (uint64_t)x - he_barrett_quotient(x, q) * q->value;  // in [0, 2q)
  return he_subtract_if_reached(remainder, q->value);
}

/// x mod q for any word. With mu = floor(2^64 / q), the high word of floor(2^128 / q) for q >= 2: the estimate
/// floor(x*mu / 2^64) is at most one short, because x/q - x*mu/2^64 < x/2^64 < 1. ensures: < q.
HE_INLINE uint64_t he_reduce_64(uint64_t x, const he_modulus *q) {
  uint64_t remainder = x - he_multiply_high(x, q->barrett_hi) * q->value;  // in [0, 2q)
  return he_subtract_if_reached(remainder, q->value);
}

HE_INLINE uint64_t he_multiply_mod(uint64_t a, uint64_t b, const he_modulus *q) {
  return he_reduce_128((he_uint128)a * b, q);
}

/// floor(w * 2^shift / q), shift <= 64: the quotient that multiplies by w without a division [Har14, section 2].
/// requires: w < q. Constant time: w may be secret.
HE_INLINE uint64_t he_shoup_quotient(uint64_t w, unsigned shift, const he_modulus *q) {
  he_uint128 scaled = (he_uint128)w << shift;
  uint64_t quotient = he_barrett_quotient(scaled, q);
  uint64_t remainder = (uint64_t)scaled - quotient * q->value;  // in [0, 2q)
  return quotient + 1 - ((remainder - q->value) >> 63);
}

/// x * w mod q plus at most one q, for any word x. requires: w < q, quotient = floor(w * 2^64 / q). ensures: < 2q.
HE_INLINE uint64_t he_multiply_shoup_lazy(uint64_t x, uint64_t w, uint64_t quotient, uint64_t q) {
  return x * w - he_multiply_high(x, quotient) * q;
}

/// x * w mod q for any word x. ensures: < q.
HE_INLINE uint64_t he_multiply_shoup(uint64_t x, uint64_t w, uint64_t quotient, uint64_t q) {
  return he_subtract_if_reached(he_multiply_shoup_lazy(x, w, quotient, q), q);
}

/// floor(2^52 / q), from floor(2^64 / q): a floor of a floor.
HE_INLINE uint64_t he_reciprocal_52(const he_modulus *q) { return q->barrett_hi >> 12; }

/// Reversal of the low `bits` bits. requires: 1 <= bits <= 64, value < 2^bits.
HE_INLINE uint64_t he_reverse_bits(uint64_t value, unsigned bits) {
  return __builtin_bitreverse64(value) >> (64 - bits);
}

/// p(k) of he_ntt_exponent: the exchange of the two lowest three-bit groups, 8 r + v <-> 8 v + r inside each block of 64.
HE_INLINE uint64_t he_exchange_low_groups(unsigned log_n, uint64_t k) {
  return log_n < 6 ? k : (k & ~UINT64_C(63)) | ((k & 7) << 3) | ((k >> 3) & 7);
}

/// base^exponent mod q. Variable time in the exponent.
static inline uint64_t he_power_mod(uint64_t base, uint64_t exponent, const he_modulus *q) {
  uint64_t result = 1 % q->value;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = he_multiply_mod(result, base, q);
    base = he_multiply_mod(base, base, q);
  }
  return result;
}

#endif
