// SPDX-License-Identifier: Apache-2.0
//
// Every loop over the coefficients of a polynomial, in plain C.
//
// This target never allocates, keeps no mutable globals, starts no threads, draws no entropy and does no I/O. No kernel
// can fail: what a caller must guarantee is written under `requires` and is checked in builds with HE_VERIFY.
//
// Argument order: outputs, in/out, inputs, counts, then read-only constants. `aliasing: exact` means that an output may be
// the very same array as an input; partial overlap is never allowed. "Canonical modulo q" means in [0, q).
#ifndef HE_KERNELS_H
#define HE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

// ---------------------------------------------------------------------------------------------------------------------
// Constants of one modulus

/// Largest modulus any kernel takes: q < 2^62, so that four times a residue still fits a word (Harvey, arXiv:1205.2926).
#define HE_MODULUS_BITS_MAX 62
/// Ring degrees N = 2^log_n that the transforms take.
#define HE_LOG_N_MIN 3
#define HE_LOG_N_MAX 17

typedef struct he_modulus {
  uint64_t value;       ///< q, 2 <= q < 2^62
  uint64_t barrett_hi;  ///< high word of floor(2^128 / q)
  uint64_t barrett_lo;  ///< low word of floor(2^128 / q)
  uint64_t barrett_52;  ///< floor(2^(bits + 51) / q), below 2^52 for q that is no power of two; 0 where bits > 50
  uint64_t bits;        ///< bit length of q: 2^(bits-1) <= q < 2^bits
} he_modulus;

/// Fills the constants of `value`. requires: 2 <= value < 2^62. Variable time: moduli are public.
void he_modulus_init(he_modulus *out, uint64_t value);

// ---------------------------------------------------------------------------------------------------------------------
// Instruction-set dependent kernels

typedef enum he_isa {
  HE_ISA_SCALAR __attribute__((swift_name("scalar"))) = 0,
  HE_ISA_AVX512IFMA __attribute__((swift_name("avx512ifma"))) = 1,
  HE_ISA_AVX512 __attribute__((swift_name("avx512"))) = 2,
  HE_ISA_AVX2 __attribute__((swift_name("avx2"))) = 3,
  HE_ISA_NEON __attribute__((swift_name("neon"))) = 4,
} he_isa;

/// A linear map between residue number systems, with a rounded fraction where `fractions` is given. For each coefficient
///   y_i   = in_i * inverses[i]  mod from[i]      (in_i itself where there are no inverses)
///   v     = floor((2^51 + sum_i (y_i * high_i + floor(y_i * low_i / 2^52))) / 2^52)
///   out_j = sum_i y_i * factors[j*from_count + i] + v * corrections[j] + own_j * own_factors[j]  mod to[j]
/// where high_i = fractions[2i] and low_i = fractions[2i + 1] are the two 52-bit digits of floor(2^104 * theta_i), 0 <=
/// theta_i < 1: v is sum_i y_i * theta_i rounded to nearest, but for sums within from_count * (2^-52 + 2^(b-104)) of a
/// half integer, b the bits of the widest modulus. The formula in integers is the contract: every implementation gives the
/// same bits there too. It is all that fast and exact conversion of bases, division by a product of primes and scaling
/// by t/Q are made of [HPS18, sections 2.2 to 2.4].
typedef struct he_conversion {
  const he_modulus *from;                ///< the moduli q_i of the input
  size_t from_count;                     ///< 1 to 64
  const he_modulus *to;                  ///< the moduli p_j of the output
  size_t to_count;                       ///< any number
  const uint64_t *_Nullable inverses;    ///< from_count residues, the i-th canonical modulo q_i, or NULL: all one
  const uint64_t *factors;               ///< to_count rows of from_count residues, the j-th row canonical modulo p_j
  const uint64_t *_Nullable fractions;   ///< from_count pairs of 52-bit digits, or NULL: v = 0
  const uint64_t *_Nullable corrections; ///< to_count residues, canonical modulo p_j; NULL exactly where fractions is
  const uint64_t *_Nullable own_factors; ///< to_count residues, canonical modulo p_j, or NULL: no own term
} he_conversion;

/// What a product of ciphertexts adds to a key switch: scalar * a0 * b0 to the one sum, scalar * (a0 * b1 + a1 * b0) to the other.
typedef struct he_tensor {
  const uint64_t *a0, *a1, *b0, *b1;  ///< evaluations, canonical
  uint64_t scalar;                    ///< canonical
} he_tensor;

/// Most terms of the sums of products below.
#define HE_TERMS_MAX 64
/// Coefficients that stand together in a packed key.
#define HE_KEY_BLOCK 16

/// One implementation of every arithmetic kernel. All implementations give bit-identical results.
typedef struct he_kernels {
  he_isa isa;
  /// The kernels take moduli q < modulus_limit.
  uint64_t modulus_limit;

  // Pointwise arithmetic on `count` residues. requires: inputs canonical modulo q; ensures: output canonical.
  // aliasing: exact, for every pointer.

  void (*add)(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
  void (*subtract)(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
  void (*negate)(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
  void (*multiply)(uint64_t *out, const uint64_t *lhs, const uint64_t *rhs, size_t count, const he_modulus *q);
  /// accumulator += lhs * rhs
  void (*multiply_accumulate)(uint64_t *accumulator, const uint64_t *lhs, const uint64_t *rhs, size_t count,
                              const he_modulus *q);
  /// out = in * scalar. requires: scalar canonical.
  void (*multiply_scalar)(uint64_t *out, const uint64_t *in, uint64_t scalar, size_t count, const he_modulus *q);
  /// accumulator += in * scalar. requires: scalar canonical.
  void (*multiply_scalar_accumulate)(uint64_t *accumulator, const uint64_t *in, uint64_t scalar, size_t count,
                                     const he_modulus *q);

  /// out = sum over t < terms of lhs[t] * rhs[t]. requires: 1 <= terms <= HE_TERMS_MAX.
  void (*sum_of_products)(uint64_t *out, const uint64_t *_Nonnull const *_Nonnull lhs,
                          const uint64_t *_Nonnull const *_Nonnull rhs, size_t terms, size_t count,
                          const he_modulus *q);
  /// out = (lhs - lazy_rhs) * scalar, plus addend where there is one. requires: scalar canonical, lazy_rhs from
  /// ntt_forward_lazy. The last step of a division by a product of primes in evaluation form.
  void (*subtract_scale)(uint64_t *out, const uint64_t *_Nullable addend, const uint64_t *lhs, const uint64_t *lazy_rhs,
                         uint64_t scalar, size_t count, const he_modulus *q);

  // Inner products with evaluation keys: `terms` pairs of key polynomials (k0_t, k1_t) in evaluation form, packed so that
  // one stream of memory feeds all of them: coefficients in blocks of HE_KEY_BLOCK, in a block term after term, k0
  // before k1. What the words hold is the implementation's own (a Montgomery factor may be in them).

  /// Words of a packed key: 2 * terms * count, or fewer where residues modulo q take fewer bytes than a word has.
  size_t (*packed_key_words)(size_t terms, size_t count, const he_modulus *q);
  /// Packs term `term` of `terms`. requires: k0, k1 canonical, count 8 or a multiple of HE_KEY_BLOCK, q odd, no aliasing.
  void (*pack_key)(uint64_t *packed, const uint64_t *k0, const uint64_t *k1, size_t term, size_t terms, size_t count,
                   const he_modulus *q);
  /// out0 = sum_t lazy_digits[t] * k0_t, out1 = sum_t lazy_digits[t] * k1_t over the first `terms` of `packed_terms` pairs.
  /// requires: digits from ntt_forward_lazy or make_lazy, 1 <= terms <= packed_terms <= HE_TERMS_MAX, count and q as
  /// packed, no aliasing. ensures: canonical.
  void (*key_inner_product)(uint64_t *out0, uint64_t *out1, const uint64_t *_Nonnull const *_Nonnull lazy_digits,
                            const uint64_t *packed, size_t terms, size_t packed_terms, size_t count,
                            const he_modulus *q);
  /// out = in, made lazy. requires: in canonical. aliasing: exact.
  void (*make_lazy)(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);

  // Galois automorphisms a(X) to a(X^g), g odd, 1 <= g < 2N. Addresses depend on g alone.

  /// out[k] = in[indexes[k]]: in evaluation form the automorphism, with the indexes of he_galois_indexes. requires: indexes
  /// below count; no aliasing.
  void (*permute)(uint64_t *out, const uint64_t *in, const uint32_t *indexes, size_t count);
  /// The automorphism in coefficient form: the coefficient of X^k goes to X^(gk), with X^N = -1; inverse = 1/g mod 2N.
  /// requires: in canonical; no aliasing. ensures: canonical.
  void (*galois_coefficients)(uint64_t *out, const uint64_t *in, unsigned log_n, uint64_t inverse, const he_modulus *q);

  // Negacyclic number-theoretic transform modulo X^N + 1, N = 2^log_n, HE_LOG_N_MIN <= log_n <= HE_LOG_N_MAX.

  /// Words that `ntt_fill_tables` writes for one modulus and degree. The layout is the implementation's own.
  size_t (*ntt_table_words)(unsigned log_n);
  /// requires: q prime, q = 1 mod 2N, psi a primitive 2N-th root of unity, tables 64-byte aligned. Variable time.
  void (*ntt_fill_tables)(uint64_t *tables, unsigned log_n, const he_modulus *q, uint64_t psi);
  /// In place, natural order in; out: data[k] = a(psi^e), e = he_ntt_exponent(log_n, k). Canonical in, canonical out.
  /// requires: data 64-byte aligned.
  void (*ntt_forward)(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
  /// The same, but the output is lazy: words that stand for the same residues in a form of the implementation's own. Only
  /// its kernels whose parameters are called lazy take them.
  void (*ntt_forward_lazy)(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
  /// The inverse of `ntt_forward`, N^-1 included. Canonical in, canonical out. requires: data 64-byte aligned.
  void (*ntt_inverse)(uint64_t *data, unsigned log_n, const he_modulus *q, const uint64_t *tables);
  /// out = scalar times the inverse transform of in; the scalar is public. requires: scalar and in canonical, out and in 64-byte
  /// aligned. ensures: canonical. aliasing: exact.
  void (*ntt_inverse_scaled)(uint64_t *out, const uint64_t *in, uint64_t scalar, unsigned log_n, const he_modulus *q,
                             const uint64_t *tables);

  /// Maps `count` coefficients from one residue number system to another, as he_conversion says; x_i = in[i*in_stride +
  /// k], own_j = own[j*own_stride + k], out_j = out[j*out_stride + k]. requires: in and own canonical; own given exactly
  /// where own_factors is. aliasing: out = own with equal strides; nothing else. ensures: out canonical.
  void (*convert)(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride,
                  const uint64_t *_Nullable own, size_t own_stride, size_t count, const he_conversion *conversion);

  // A key switch modulo one prime of the key basis or several, in two steps: convert and ntt_forward_lazy, then
  // key_inner_product, or subtract_scale where it is divided. Between them digits are begun: words in a form of the
  // implementation's own.

  /// Maps N coefficients as `convert` does, to begun digits; tables[j] are those of the output modulus j. requires: neither
  /// inverses nor own_factors, and fractions for nothing but the lifting of residues of one odd modulus q to [-q/2, q/2] (the
  /// digits of 1/q, factors 1, corrections -q); odd output moduli; out 64-byte aligned, out_stride a multiple of 8.
  void (*begin_digits)(uint64_t *out, size_t out_stride, const uint64_t *in, size_t in_stride, unsigned log_n,
                       const he_conversion *conversion, const uint64_t *_Nonnull const *_Nonnull tables);
  /// key_inner_product for digit t at digits + t*digit_stride, which is begun where bit t of `begun` is set, and lazy elsewhere;
  /// where `known` is given, digit known_digit is these canonical evaluations, and its place is scratch; where `tensor` is given,
  /// its terms are added. Overwrites begun digits.
  /// requires: as key_inner_product; digits 64-byte aligned, digit_stride a multiple of 8; known canonical and disjoint from
  /// all else, bit known_digit clear; no output is an input.
  void (*finish_key_product)(uint64_t *out0, uint64_t *out1, uint64_t *digits, size_t digit_stride, uint64_t begun,
                             const uint64_t *_Nullable known, size_t known_digit, const uint64_t *packed, size_t terms,
                             size_t packed_terms, const he_tensor *_Nullable tensor, unsigned log_n, const he_modulus *q,
                             const uint64_t *tables);
  /// subtract_scale for N evaluations and a digit that is begun, which it overwrites. requires: as subtract_scale; digit 64-byte
  /// aligned, disjoint from all else. aliasing: exact, for the other pointers.
  void (*finish_quotient)(uint64_t *out, const uint64_t *_Nullable addend, const uint64_t *lhs, uint64_t *digit,
                          uint64_t scalar, unsigned log_n, const he_modulus *q, const uint64_t *tables);
} he_kernels;

/// The table of `isa`, or NULL where this build or this CPU lacks it. Pure: the same answer every time.
const he_kernels *_Nullable he_kernels_for(he_isa isa);
/// The fastest table on this CPU that takes the modulus `q`. Never NULL for q < 2^62.
const he_kernels *he_kernels_best(uint64_t q);

/// The evaluation order, the same for every implementation: position k of a transform of size N = 2^log_n holds the
/// value at psi^e, with e = 2 * rev(p(k)) + 1, rev the reversal of log_n bits, and p the exchange of the two lowest
/// three-bit groups of k (the transposition of each 8 x 8 block of 64 values) for log_n >= 6, the identity below.
/// ensures: odd, in [1, 2N). requires: k < N.
uint64_t he_ntt_exponent(unsigned log_n, uint64_t k);

// ---------------------------------------------------------------------------------------------------------------------
/// The permutation of evaluations: out[k] = in[indexes[k]] is a(X^g) where in is a. requires: indexes has N entries.
void he_galois_indexes(uint32_t *indexes, unsigned log_n, uint64_t element);

// ---------------------------------------------------------------------------------------------------------------------
// Portable kernels: constant time in all residues, words and random bytes unless said otherwise

/// out[k] = in[k] modulo q for two's complement words, |in[k]| < q. ensures: canonical. aliasing: exact.
void he_signed_to_residues(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
/// out[k] = in[k] modulo q for any words in [0, 2^64). ensures: canonical. aliasing: exact.
void he_reduce_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
/// out[k] = in[k] modulo q for any two's complement words in [-2^63, 2^63). ensures: canonical. aliasing: exact.
void he_reduce_signed_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);

/// out[k] = in[k] as a two's complement word in [-(q-1)/2, (q-1)/2]. requires: q odd, in below q. aliasing: exact.
void he_centre_words(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
/// Most limbs of `he_compose_centred`.
#define HE_COMPOSE_LIMIT 8
/// hi[k] * 2^64 + lo[k] = the integer x in (-Q/2, Q/2) with the residues in[j * in_stride + k], modulo 2^128: two's complement
/// where |x| < 2^127. inverses[j * limbs + i] = q_i^-1 mod q_j for i < j. requires: 2 <= limbs <= HE_COMPOSE_LIMIT, the
/// moduli odd and different, in canonical. aliasing: none.
void he_compose_centred(uint64_t *hi, uint64_t *lo, const uint64_t *in, size_t in_stride, size_t count,
                        const he_modulus *moduli, const uint64_t *inverses, size_t limbs);

/// out[k] = floor(in[k] / 2^shift) mod 2^bits: one digit of a gadget decomposition. requires: shift < 64, 1 <= bits < 64.
/// aliasing: exact.
void he_extract_bits(uint64_t *out, const uint64_t *in, size_t count, unsigned shift, unsigned bits);

/// BFV encoding, first half: out[k] = floor((remainder * in[k] + floor(t/2)) / t).
/// requires: in[k] in [0, t), remainder in [0, t), t < 2^61. ensures: out[k] in [0, t]. aliasing: exact.
/// With Q = t*delta + remainder, round(Q*m/t) = delta*m + out [KPZ21, section 3.1].
void he_scale_remainder(uint64_t *out, const uint64_t *in, size_t count, uint64_t remainder, const he_modulus *t);
/// BFV encoding, second half, one limb: accumulator[k] += delta * message[k] + correction[k]  modulo q.
/// requires: accumulator canonical, delta in [0, q), message and correction any words. ensures: canonical.
void he_scale_accumulate(uint64_t *accumulator, const uint64_t *message, const uint64_t *correction, uint64_t delta,
                         size_t count, const he_modulus *q);

/// Constants of one limb of he_scale_and_round: target / q_i = whole + fraction / 2^128.
typedef struct he_scale_limb {
  uint64_t inverse;      ///< (Q/q_i)^-1 mod q_i
  uint64_t whole;        ///< floor(target / q_i)
  uint64_t fraction_hi;  ///< high word of floor(2^128 * (target mod q_i) / q_i)
  uint64_t fraction_lo;  ///< low word
} he_scale_limb;

/// out[k] = round(target * x / Q) modulo target, for x in [0, Q) given by its residues in[i*in_stride + k].
/// Computed with 128-bit fractions: differs from the exact result only where target*x/Q is within limbs * 2^-60 of a
/// half integer. target: 2 <= target <= 2^61, any integer. requires: inputs canonical, 1 <= limbs <= 64.
/// ensures: out in [0, target). no aliasing. Constant time.
void he_scale_and_round(uint64_t *out, const uint64_t *in, size_t in_stride, size_t count, const he_modulus *moduli,
                        const he_scale_limb *constants, size_t limbs, uint64_t target);

/// One step of modulus switching, one limb: out[k] = (in[k] - centred(last[k])) * inverse  modulo q, where last[k] is the
/// residue modulo q_last, centred to (-q_last/2, q_last/2], and inverse = q_last^-1 mod q. Rounds x/q_last to nearest.
/// requires: in canonical modulo q, last canonical modulo q_last, q_last odd. ensures: canonical. aliasing: out = in.
void he_divide_round_limb(uint64_t *out, const uint64_t *in, const uint64_t *last, size_t count, uint64_t inverse,
                          const he_modulus *q, const he_modulus *q_last);

/// Uniform ternary values -1, 0, 1 as two's complement words, from 8 random bytes each (little endian):
/// floor(3 * r / 2^64) - 1. Statistical distance from uniform below count * 2^-63.
void he_sample_ternary(uint64_t *out, const uint8_t *random, size_t count);
/// Largest `log_width` of `he_sample_gaussian`.
#define HE_GAUSSIAN_LIMIT 58
/// Discrete Gaussian values as two's complement words: z with a probability proportional to 2^-(z/K)^2, K = 2^log_width, so
/// that the standard deviation is K / sqrt(2 ln 2) = 0.85 K. Each attempt takes 32 random bytes, and is kept with
/// probability 0.68. The relative error of a probability is below 2^-56 where |z| < 7 K; all others are off by less than 2^-101
/// together.
/// Returns how many were written, *consumed how many attempts were looked at.
size_t he_sample_gaussian(uint64_t *out, size_t capacity, size_t *consumed, const uint8_t *random, size_t attempts,
                          unsigned log_width);
/// Centred binomial values, eta = 21 (variance 10.5), as two's complement words, from 8 random bytes each:
/// popcount(r mod 2^21) - popcount(floor(r / 2^21) mod 2^21), r little endian.
void he_sample_centered_binomial(uint64_t *out, const uint8_t *random, size_t count);
/// Rejection sampling of uniform residues: reads `words` little-endian words of `random` in order, keeps the low
/// bit_length(bound - 1) bits of each, appends those below `bound` to out until `capacity` values are there.
/// Returns how many were written; *consumed is how many words were read. What is rejected is independent of what is kept.
size_t he_sample_uniform(uint64_t *out, size_t capacity, size_t *consumed, const uint8_t *random, size_t words,
                         uint64_t bound);

/// Packs the low `bits` bits of `count` words, least significant bit first, into ceil(count*bits/8) bytes; the unused high
/// bits of the last byte are zero. requires: 1 <= bits <= 64, in[k] < 2^bits.
void he_pack_bits(uint8_t *out, const uint64_t *in, size_t count, unsigned bits);
/// The inverse of he_pack_bits: reads exactly ceil(count*bits/8) bytes.
void he_unpack_bits(uint64_t *out, const uint8_t *in, size_t count, unsigned bits);
/// True where every word is below `bound`. Looks at all of them.
bool he_all_below(const uint64_t *in, size_t count, uint64_t bound);

/// Overwrites `bytes` bytes with zeros, in a way that the compiler may not remove.
void he_zeroize(void *data, size_t bytes);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
