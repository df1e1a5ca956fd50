// SPDX-License-Identifier: Apache-2.0
//
// The order of work of both transforms, and with it the layout of their tables.
//
// A transform of 2^k values, k > 6, is one pass of radix 2^r over a vector of columns at a time, then (forward) or
// before that (inverse) 2^r transforms of 2^(k - r) values, each run to its end: whatever is below 32 KiB stays in the
// first-level cache. The last six levels are one pass over 64 values. Radix 16 takes 32 registers, and rows closer
// than 4 KiB: rows 4 KiB apart share one set of an eight-way cache.
//
// Tables: eight words (N^-1, padding), then the forward and then the inverse twiddles, each in the order of the forward
// walk, as doubles at most q/2 in size; the quotient comes from the product itself, so that none is stored:
//   a pass of radix 2^r: the 2^r - 1 twiddles of its block, level by level, padded to a multiple of eight words;
//   64 values: seven groups of eight lanes for the last three levels, seven single ones for the three before, padding.
// The twiddle of block i of the level with m blocks is psi^rev(m + i), rev the reversal of log_n bits, or its inverse.
// The inverse table has the one of the level with a single block multiplied by N^-1.
#ifndef HE_FMA_NTT_PLAN_H
#define HE_FMA_NTT_PLAN_H

/// Smallest degree with a block of 64; smaller ones use the scalar transform and its tables.
#define HE_VECTOR_LOG_N_MIN 6
#define HE_HEAD_WORDS 8
#define HE_BLOCK_WORDS 64
#define HE_BLOCK_SINGLES 56  // where the single twiddles begin

/// log2 of the radix of the pass over 2^log_length values. requires: 7 <= log_length <= 17.
HE_INLINE unsigned pass_log_radix(unsigned log_length) {
#if HE_LANES == 8
  // Levels above the last six: 1 2 3 4 | 2+3 3+3 3+4 | 2+3+3 3+3+3 3+3+4 2+3+3+3.
  static const uint8_t log_radix[] = {0, 1, 2, 3, 4, 2, 3, 3, 2, 3, 3, 2};
#else
  // 1 2 3 | 2+2 2+3 3+3 | 2+2+3 2+3+3 3+3+3 | 2+2+3+3 2+3+3+3.
  static const uint8_t log_radix[] = {0, 1, 2, 3, 2, 2, 3, 2, 2, 3, 2, 2};
#endif
  return log_radix[log_length - 6];
}

/// Words of the twiddles of one pass.
HE_INLINE size_t pass_words(unsigned log_radix) { return log_radix == 4 ? 16 : 8; }

/// Words of the twiddles of one direction. requires: 6 <= log_length <= 17.
static inline size_t direction_words(unsigned log_length) {
  size_t words = 0, blocks = 1;
  while (log_length > 6) {
    unsigned log_radix = pass_log_radix(log_length);
    words += blocks * pass_words(log_radix);
    blocks <<= log_radix;
    log_length -= log_radix;
  }
  return words + blocks * HE_BLOCK_WORDS;
}

#endif
