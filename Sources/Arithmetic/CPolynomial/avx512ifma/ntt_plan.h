// SPDX-License-Identifier: Apache-2.0
//
// The order of work of both transforms, and with it the layout of their tables.
//
// A transform of 2^k values, k > 6, is one pass of radix 2^r over eight columns at a time, then (forward) or before
// that (inverse) 2^r transforms of 2^(k - r) values, each run to its end: whatever is below 32 KiB stays in the
// first-level cache. The last six levels are one pass over 64 values in eight registers. Radix 16 only where the 16
// rows are closer than 4 KiB: rows 4 KiB apart share one set of an eight-way cache.
//
// Tables: a head, then for each direction, in the order of the forward walk
//   a pass of radix 2^r: the 2^r - 1 twiddles of its block, level by level, as pairs (w, floor(w * 2^52 / q)), padded to a
//   multiple of eight words;
//   64 values: seven vectors of eight lanes for the last three levels, seven single pairs for the three before, padding.
// The vectors hold w * 2^52 mod q, for a Montgomery product whose other constant follows from them by one multiplication:
// they are most of the table, and what a large transform waits for is memory. So each direction has its own nine words for
// eight values, close together, and nothing between them that only the other one reads.
//
// The twiddle of block i of the level with m blocks is psi^rev(m + i), rev the reversal of log_n bits. The inverse
// transform wants these twiddles' inverses, negated, as it subtracts the other way round: -psi^-rev(m + i) = psi^rev(m + (m - 1 -
// i)), as rev(m + i) + rev(2m - 1 - i) = N. They are the forward ones, of the mirror image of each block.
#ifndef HE_AVX512IFMA_NTT_PLAN_H
#define HE_AVX512IFMA_NTT_PLAN_H

#include "vector.h"

/// Smallest degree with a block of 64; smaller ones use the scalar transform and its tables.
#define HE_VECTOR_LOG_N_MIN 6
#define HE_HEAD_WORDS 8
#define HE_HEAD_SCALE 0  // where the pair of N^-1 is
#define HE_HEAD_LAST 2   // where the pair of psi^rev(1) N^-1 is, for the last level of the inverse
#define HE_BLOCK_WORDS 72
#define HE_BLOCK_SINGLES 56   // where the single pairs begin

/// log2 of the radix of the pass over 2^log_length values. requires: 7 <= log_length <= 17.
HE_INLINE unsigned pass_log_radix(unsigned log_length) {
  // Levels above the last six: 1 2 3 4 | 2+3 3+3 3+4 | 2+3+3 3+3+3 3+3+4 2+3+3+3.
  static const uint8_t log_radix[] = {0, 1, 2, 3, 4, 2, 3, 3, 2, 3, 3, 2};
  return log_radix[log_length - 6];
}

/// Words of the twiddles of one pass.
HE_INLINE size_t pass_words(unsigned log_radix) { return log_radix == 1 ? 8 : (size_t)2 << log_radix; }

/// Words of the twiddles of 2^log_length values in one direction. requires: 6 <= log_length <= 17.
static inline size_t walk_words(unsigned log_length) {
  size_t words = 0, blocks = 1;
  while (log_length > 6) {
    unsigned log_radix = pass_log_radix(log_length);
    words += blocks * pass_words(log_radix);
    blocks <<= log_radix;
    log_length -= log_radix;
  }
  return words + blocks * HE_BLOCK_WORDS;
}

// x * w modulo q by Montgomery's method [Mon85]: with raised = w 2^52 mod q and companion = raised * q^-1 mod 2^52, the
// low 52 bits of x * raised and of (x * companion mod 2^52) * q agree, so the difference of the high halves is x w, plus
// or minus a multiple of q, exactly. For x in [0, 2^52) both halves are in [0, q).

#ifdef HE_HAS_AVX512IFMA

HE_AVX512IFMA_REGION_BEGIN

/// raised * q^-1 mod 2^52.
HE_INLINE he_vector montgomery_companion(he_vector raised, he_vector inverse_of_q) {
  return vector_madd_lo(vector_zero(), raised, inverse_of_q);
}

HE_AVX512IFMA_REGION_END

#endif

#endif
