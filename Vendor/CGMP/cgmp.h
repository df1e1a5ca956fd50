// SPDX-License-Identifier: Apache-2.0
//
// Plain names for the few GMP functions that BigIntegers uses: GMP declares them as macros, which Swift does not
// import. All of them are variable time.
#ifndef CGMP_H
#define CGMP_H

#include <gmp.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

// Life cycle

static inline void cgmp_init(mpz_ptr x) { mpz_init(x); }
static inline void cgmp_clear(mpz_ptr x) { mpz_clear(x); }
static inline void cgmp_set(mpz_ptr out, mpz_srcptr x) { mpz_set(out, x); }

// Words, little endian, and text

/// out = the magnitude of `count` words, least significant first.
static inline void cgmp_set_words(mpz_ptr out, const uint64_t *_Nullable words, size_t count) {
  mpz_import(out, count, -1, sizeof(uint64_t), 0, 0, words);
}
/// Words of the magnitude of `x`; 0 for zero.
static inline size_t cgmp_word_count(mpz_srcptr x) { return mpz_sgn(x) == 0 ? 0 : (mpz_sizeinbase(x, 2) + 63) / 64; }
/// Writes `cgmp_word_count(x)` words of the magnitude of `x`.
static inline void cgmp_get_words(uint64_t *out, mpz_srcptr x) {
  (void)mpz_export(out, NULL, -1, sizeof(uint64_t), 0, 0, x);
}
/// 0 where `text` was a number in `base`, -1 otherwise.
static inline int cgmp_set_text(mpz_ptr out, const char *text, int base) { return mpz_set_str(out, text, base); }
/// Characters that `cgmp_get_text` writes at most, sign and terminator included.
static inline size_t cgmp_text_capacity(mpz_srcptr x, int base) { return mpz_sizeinbase(x, base) + 2; }
static inline void cgmp_get_text(char *out, mpz_srcptr x, int base) { (void)mpz_get_str(out, base, x); }
/// x = mantissa * 2^exponent, 0.5 <= |mantissa| < 1, truncated; 0 for zero.
static inline double cgmp_get_mantissa(mpz_srcptr x, long *exponent) { return mpz_get_d_2exp(exponent, x); }
/// log2 |x|, for x != 0.
static inline double cgmp_log2(mpz_srcptr x) {
  long exponent = 0;
  const double mantissa = mpz_get_d_2exp(&exponent, x);
  return log2(fabs(mantissa)) + (double)exponent;
}

// Signs and sizes

static inline int cgmp_sign(mpz_srcptr x) { return mpz_sgn(x); }
static inline int cgmp_compare(mpz_srcptr x, mpz_srcptr y) { return mpz_cmp(x, y); }
/// Bit length of the magnitude; 0 for zero.
static inline size_t cgmp_bit_width(mpz_srcptr x) { return mpz_sgn(x) == 0 ? 0 : mpz_sizeinbase(x, 2); }
static inline void cgmp_negate(mpz_ptr out, mpz_srcptr x) { mpz_neg(out, x); }
static inline void cgmp_absolute(mpz_ptr out, mpz_srcptr x) { mpz_abs(out, x); }

// Arithmetic

static inline void cgmp_add(mpz_ptr out, mpz_srcptr x, mpz_srcptr y) { mpz_add(out, x, y); }
static inline void cgmp_subtract(mpz_ptr out, mpz_srcptr x, mpz_srcptr y) { mpz_sub(out, x, y); }
static inline void cgmp_multiply(mpz_ptr out, mpz_srcptr x, mpz_srcptr y) { mpz_mul(out, x, y); }
static inline void cgmp_power(mpz_ptr out, mpz_srcptr x, unsigned long exponent) { mpz_pow_ui(out, x, exponent); }
static inline void cgmp_shift_left(mpz_ptr out, mpz_srcptr x, unsigned long bits) { mpz_mul_2exp(out, x, bits); }
/// floor(x / 2^bits)
static inline void cgmp_shift_right(mpz_ptr out, mpz_srcptr x, unsigned long bits) { mpz_fdiv_q_2exp(out, x, bits); }

// Division: floor rounds the quotient down, truncate towards zero. The divisor is not zero.

static inline void cgmp_divide_floor(mpz_ptr q, mpz_ptr r, mpz_srcptr n, mpz_srcptr d) { mpz_fdiv_qr(q, r, n, d); }
static inline void cgmp_divide_truncate(mpz_ptr q, mpz_ptr r, mpz_srcptr n, mpz_srcptr d) { mpz_tdiv_qr(q, r, n, d); }
/// r = n mod |d| in [0, |d|)
static inline void cgmp_modulo(mpz_ptr r, mpz_srcptr n, mpz_srcptr d) { mpz_mod(r, n, d); }

// Number theory

static inline void cgmp_power_modulo(mpz_ptr out, mpz_srcptr x, mpz_srcptr exponent, mpz_srcptr m) {
  mpz_powm(out, x, exponent, m);
}
/// 0 where x has no inverse modulo m.
static inline int cgmp_invert(mpz_ptr out, mpz_srcptr x, mpz_srcptr m) { return mpz_invert(out, x, m); }
static inline void cgmp_gcd(mpz_ptr out, mpz_srcptr x, mpz_srcptr y) { mpz_gcd(out, x, y); }
static inline void cgmp_lcm(mpz_ptr out, mpz_srcptr x, mpz_srcptr y) { mpz_lcm(out, x, y); }
/// 0: composite; 1: probably prime; 2: prime.
static inline int cgmp_is_probable_prime(mpz_srcptr x, int rounds) { return mpz_probab_prime_p(x, rounds); }

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
