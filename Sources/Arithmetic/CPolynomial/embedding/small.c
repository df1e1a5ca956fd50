// SPDX-License-Identifier: Apache-2.0
//
// The embedding of the smallest degrees: the levels of plan.h one by one, the same operations as in the tiled text.

#include "embedding_shared.h"

#pragma STDC FP_CONTRACT OFF

/// A twiddle where the level stores it or needs it turned by sqrt(-1) or -sqrt(-1): exact either way.
HE_INLINE void twiddle(double *re, double *im, const double *tables, unsigned level, size_t j) {
  const size_t stored = level < 2 ? 1 : (size_t)1 << (level - 2);
  const double *pair = tables + 2 * embedding_entry(level, j % stored);
  const double turn = level == 2 ? -1.0 : 1.0;
  *re = j < stored ? pair[0] : -turn * pair[1];
  *im = j < stored ? pair[1] : turn * pair[0];
}

void he_embedding_small_forward(double *data, double *scratch, unsigned log_n, const double *tables) {
  const unsigned levels = log_n - 1;
  const size_t slots = (size_t)1 << levels;
  double *re = scratch, *im = scratch + slots;
  for (size_t k = 0; k < slots; k++) {
    re[k] = data[he_reverse_bits(k, levels)];
    im[k] = data[slots + he_reverse_bits(k, levels)];
  }
  for (unsigned level = 1; level <= levels; level++) {
    const size_t half = (size_t)1 << (level - 1);
    for (size_t j = 0; j < half; j++) {
      double w_re, w_im;
      twiddle(&w_re, &w_im, tables, level, j);
      for (size_t a = j; a < slots; a += 2 * half) {
        const size_t b = a + half;
        const double t_re = __builtin_fma(w_re, re[b], -(w_im * im[b]));
        const double t_im = __builtin_fma(w_re, im[b], w_im * re[b]);
        re[b] = re[a] - t_re, im[b] = im[a] - t_im;
        re[a] = re[a] + t_re, im[a] = im[a] + t_im;
      }
    }
  }
  for (size_t i = 0; i < slots; i++) {
    data[i] = re[i];
    data[slots + i] = (i & 1) != 0 ? -im[i] : im[i];
  }
}

void he_embedding_small_inverse(double *data, double *scratch, unsigned log_n, const double *tables) {
  const unsigned levels = log_n - 1;
  const size_t slots = (size_t)1 << levels;
  double *re = scratch, *im = scratch + slots;
  for (size_t i = 0; i < slots; i++) {
    re[i] = data[i];
    im[i] = (i & 1) != 0 ? -data[slots + i] : data[slots + i];
  }
  for (unsigned level = levels; level >= 1; level--) {
    const size_t half = (size_t)1 << (level - 1);
    for (size_t j = 0; j < half; j++) {
      double w_re, w_im;
      twiddle(&w_re, &w_im, tables, level, j);
      for (size_t a = j; a < slots; a += 2 * half) {
        const size_t b = a + half;
        const double d_re = re[a] - re[b], d_im = im[a] - im[b];
        re[a] = re[a] + re[b], im[a] = im[a] + im[b];
        re[b] = __builtin_fma(w_re, d_re, w_im * d_im);
        im[b] = __builtin_fma(w_re, d_im, -(w_im * d_re));
      }
    }
  }
  const double factor = 1.0 / (double)slots;
  for (size_t k = 0; k < slots; k++) {
    data[he_reverse_bits(k, levels)] = re[k] * factor;
    data[slots + he_reverse_bits(k, levels)] = im[k] * factor;
  }
}
