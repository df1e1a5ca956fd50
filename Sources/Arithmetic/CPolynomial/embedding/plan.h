// SPDX-License-Identifier: Apache-2.0
//
// The order of work of the embedding, and with it the layout of its tables and scratch.
//
// Folding. With e = 1 mod 4, zeta^(e N/2) = sqrt(-1), and a(zeta^e) = sum_{k<n} (a_k + sqrt(-1) a_(k+n)) zeta^(k e): the
// value of a complex polynomial c of n coefficients. Slot i wants e = 3^i, which is 1 mod 4 for even i only; for odd i it
// is the conjugate of the value at -3^i. Hence all slots come from the values at g^i, g = -3, odd ones conjugated.
//
// Levels. A polynomial of 2^l coefficients is wanted at x_j = exp(2 pi sqrt(-1) g^j / 2^(l+2)), j < 2^l, the roots of
// X^(2^l) = sqrt(-1). It is A(X^2) + X B(X^2), x_j^2 is root j mod 2^(l-1) of the level below, and x_(j + 2^(l-1)) = -x_j:
// the butterfly (a, b) to (a + x_j b, a - x_j b) for j < 2^(l-1), decimation in time with the slots in the order of g
// [CCS19]. Moreover x_(j + 2^(l-2)) = sqrt(-1) x_j for l >= 3 and -sqrt(-1) x_j for l = 2, since g^(2^k) is
// 1 + 2^(k+2) mod 2^(k+4) for k >= 1: twiddles are stored for j < 2^(l-2) only (j = 0 for l = 1). The inverse runs the
// adjoint levels backwards; the transform is sqrt(n) times a unitary one.
//
// Passes. n = n1 * n2, k = k1 + n1 * k2. The first half of the levels are n1 transforms over k2, eight neighbouring k1 in
// the lanes of a tile, with one twiddle for all lanes. The others work on eight neighbouring j2 = j mod n2 in the lanes,
// n1 values apart, with a twiddle for each lane. Between them lie 8 x 8 transpositions. A tile is a list of rows of sixteen
// doubles, eight real and eight imaginary parts; its transform has bit-reversed rows before and natural ones after.
//
// Degrees below HE_EMBEDDING_TILED_LOG_N have a single list of twiddles and no tiles.
#ifndef HE_EMBEDDING_PLAN_H
#define HE_EMBEDDING_PLAN_H

#include "../include/he_fft.h"
#include "../internal/he_contract.h"

/// Smallest degree with n1, n2 >= 8.
#define HE_EMBEDDING_TILED_LOG_N 7
/// Doubles of a row of a tile.
#define HE_ROW 16

/// log2 n1 and log2 n2. requires: log_n >= HE_EMBEDDING_TILED_LOG_N.
HE_INLINE unsigned embedding_log_n1(unsigned log_n) { return (log_n - 1) / 2; }
HE_INLINE unsigned embedding_log_n2(unsigned log_n) { return log_n - 1 - embedding_log_n1(log_n); }

/// Position of the twiddle j of level l among those of a transform of at least 2^l values: level 1 has one, level l >= 2
/// has 2^(l-2), and a transform of 2^s values has 2^(s-1) in all.
HE_INLINE size_t embedding_entry(unsigned level, size_t j) { return level == 1 ? 0 : ((size_t)1 << (level - 2)) + j; }

// Tables of tiled degrees: the n2/2 twiddles of the first levels as pairs (re, im), then for each j2 = 0, 8, 16 ... the n1/2
// twiddles of the others as rows.

/// Where the rows begin. A multiple of 8.
HE_INLINE size_t embedding_rows_offset(unsigned log_n) { return (size_t)1 << embedding_log_n2(log_n); }

// Scratch of tiled degrees: the n2/8 tiles of the last levels, then a few of the first levels.

/// Distance of two tiles of 2^log_rows rows. One row of padding, so that equal rows of neighbouring tiles, which are written
/// one after the other, are no power of two apart.
HE_INLINE size_t embedding_tile_doubles(unsigned log_rows) { return ((size_t)HE_ROW << log_rows) + HE_ROW; }
/// How many neighbouring tiles, of 2^log_columns columns in all, are stored together.
HE_INLINE size_t embedding_tiles_together(unsigned log_columns) { return log_columns < 5 ? (size_t)1 << (log_columns - 3) : 4; }
/// Where the tiles of the first levels begin.
HE_INLINE size_t embedding_first_tiles_offset(unsigned log_n) {
  return embedding_tile_doubles(embedding_log_n1(log_n)) << (embedding_log_n2(log_n) - 3);
}

#endif
