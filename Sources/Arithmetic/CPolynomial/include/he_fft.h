// SPDX-License-Identifier: Apache-2.0
//
// The canonical embedding of CKKS and the passage between real numbers and words.
//
// Rules as in he_kernels.h. All arithmetic on doubles is a fixed sequence of correctly rounded IEEE 754 operations, fused
// multiply-adds where they are written: every implementation, on every machine, gives the same bits, and an encoding is
// reproducible. requires of all: the default rounding mode, and subnormal numbers neither flushed nor trapped.
// Constant time in all values: no branch and no address depends on one. (Some CPUs are slow on subnormal operands; the
// results of embeddings are far from them unless the caller's values are below 2^-900. The scalar implementation is as
// constant as fma() is, which is a library function on x86-64: on CPUs without the instruction it may branch.)
#ifndef HE_FFT_H
#define HE_FFT_H

#include "he_kernels.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

typedef enum he_fft_isa {
  HE_FFT_ISA_SCALAR __attribute__((swift_name("fftScalar"))) = 0,  ///< plain C; slow where fma() is a library call
  HE_FFT_ISA_NEON __attribute__((swift_name("fftNEON"))) = 1,      ///< aarch64
  HE_FFT_ISA_AVX2 __attribute__((swift_name("fftAVX2"))) = 2,      ///< x86-64 with AVX2 and FMA
  HE_FFT_ISA_AVX512 __attribute__((swift_name("fftAVX512"))) = 3,  ///< x86-64 with AVX-512 F and DQ
} he_fft_isa;

/// One implementation of the floating-point kernels. All implementations give bit-identical results.
typedef struct he_fft_kernels {
  he_fft_isa isa;

  // The canonical embedding [CKKS17, section 3.2] of R[X]/(X^N + 1), N = 2^log_n, HE_LOG_N_MIN <= log_n <= HE_LOG_N_MAX,
  // with n = N/2 slots. With zeta = exp(2 pi i / 2N), slot i of a polynomial a is a(zeta^(3^i)); the n conjugates, at
  // zeta^(-3^i), are not stored. Coefficients are data[k], k < N; slot i is data[i] + sqrt(-1) * data[i + n].
  //
  // In place. requires: data finite and of any alignment; scratch he_embedding_scratch_doubles(log_n) doubles, tables of
  // he_embedding_fill_tables for the same log_n, both aligned to 64 bytes; no aliasing. What is left in scratch tells the
  // data: whoever owns it zeroises it.
  //
  // ensures: error in the Euclidean norm at most 4 * log2(n) * 2^-53 times that of the exact result, to first order, where
  // nothing overflows or leaves the normal numbers [Hig02, section 24.1]. Each of the log2(n) levels is sqrt(2) times a
  // unitary map; with u = 2^-53 its twiddles err by less than 0.71 u, its complex products by 2 u, its sums by u.

  /// Decoding: N coefficients to n slots.
  void (*embedding_forward)(double *data, double *scratch, unsigned log_n, const double *tables);
  /// Encoding: n slots to N coefficients, the inverse of `embedding_forward`, 1/n included.
  void (*embedding_inverse)(double *data, double *scratch, unsigned log_n, const double *tables);

  /// The largest |in[k]|, 0 for none: infinite or not a number where an input is. For the checks that the caller of the next
  /// ones owes, in one pass and without a branch.
  double (*largest_magnitude)(const double *in, size_t count);
  /// out[k] = the integer nearest to the double in[k] * scale, ties to even, as a two's complement word.
  /// requires: in and scale finite, |in[k] * scale| <= 2^62. aliasing: exact.
  void (*round_to_words)(uint64_t *out, const double *in, double scale, size_t count);
  /// out[k] = the two's complement word in[k], rounded to a double (nearest, ties to even), times scale (rounded again).
  /// aliasing: exact.
  void (*words_to_doubles)(double *out, const uint64_t *in, double scale, size_t count);
  /// out[k] = hi[k] * 2^64 + lo[k] as a double, times scale: hi two's complement, lo not. The integer becomes a double with
  /// a relative error of at most 2 * 2^-53, exact up to 2^53; the product rounds once more.
  /// requires: |hi[k] * 2^64 + lo[k]| < 2^126. aliasing: exact, of out and either input.
  void (*wide_words_to_doubles)(double *out, const uint64_t *hi, const uint64_t *lo, double scale, size_t count);
  /// out[k] = in[k] modulo q for any two's complement words: he_reduce_signed_words for q < HE_FFT_MODULUS_LIMIT, in
  /// vectors. ensures: canonical. aliasing: exact.
  void (*reduce_signed_words)(uint64_t *out, const uint64_t *in, size_t count, const he_modulus *q);
  /// out[k] = the integer nearest to the double in[k] * scale, ties to even, modulo q < HE_FFT_MODULUS_LIMIT: exact for
  /// integers of more than one word. requires: in and scale finite, |in[k] * scale| <= 2^120. ensures: canonical.
  /// aliasing: exact.
  void (*round_to_residues)(uint64_t *out, const double *in, double scale, size_t count, const he_modulus *q);
} he_fft_kernels;

/// Bound of the moduli of `reduce_signed_words` and `round_to_residues`.
#define HE_FFT_MODULUS_LIMIT (UINT64_C(1) << 50)

/// The table of `isa`, or NULL where this build or this CPU lacks it. Pure: the same answer every time.
const he_fft_kernels *_Nullable he_fft_kernels_for(he_fft_isa isa);
/// The fastest table on this CPU.
const he_fft_kernels *he_fft_kernels_best(void);

/// Doubles of the tables, and of the scratch, of one degree: the same for every implementation.
size_t he_embedding_table_doubles(unsigned log_n);
size_t he_embedding_scratch_doubles(unsigned log_n);
/// Writes the roots of unity of one degree, in the order of use, the same for every implementation. Each is rounded from a
/// value with a relative error below 2^-95, so that it is the nearest double but for ties closer than that.
/// requires: tables aligned to 64 bytes.
void he_embedding_fill_tables(double *tables, unsigned log_n);

/// `round_to_residues` of the tables, for any modulus q < 2^62.
void he_round_to_residues(uint64_t *out, const double *in, double scale, size_t count, const he_modulus *q);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
