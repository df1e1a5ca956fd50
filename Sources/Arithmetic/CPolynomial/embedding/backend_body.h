// SPDX-License-Identifier: Apache-2.0
//
// One implementation. The including file defines HE_LANES (1, 2, 4 or 8 doubles in a vector), HE_LOG_RADIX (levels of a pass:
// 2, or 3 where 32 vector registers hold eight complex values and more) and HE_FFT_ISA, and has switched on its
// instructions. What is computed depends on none of the three, only where it is computed.

// No contraction of products and sums but those that are written.
#pragma STDC FP_CONTRACT OFF

#include "vector_body.h"
#include "transform_body.h"
#include "embedding_body.h"
#include "words_body.h"
#include "residues_body.h"

static const he_fft_kernels kernels = {
  .isa = HE_FFT_ISA,
  .embedding_forward = embedding_forward,
  .embedding_inverse = embedding_inverse,
  .largest_magnitude = largest_magnitude,
  .round_to_words = round_to_words,
  .words_to_doubles = words_to_doubles,
  .wide_words_to_doubles = wide_words_to_doubles,
  .reduce_signed_words = reduce_signed_words,
  .round_to_residues = round_to_residues,
};
