// SPDX-License-Identifier: Apache-2.0
//
// Every kernel on the vocabulary included before, and the table `fma_kernels` of all but the name of the instruction
// set, HE_FMA_ISA.

#include "../internal/he_switching.h"
#include "../scalar/he_scalar.h"
#include "modular.h"
#include "ntt_plan.h"

#include "pointwise_body.h"
#include "products_body.h"
#include "conversion_body.h"
#include "ntt_tables_body.h"
#include "ntt_forward_body.h"
#include "ntt_inverse_body.h"

HE_DEFINE_SWITCHING(static, fma)

#ifndef HE_FMA_PERMUTE
#define HE_FMA_PERMUTE he_scalar_permute
#define HE_FMA_GALOIS_COEFFICIENTS he_scalar_galois_coefficients
#endif

static const he_kernels fma_kernels = {
  .isa = HE_FMA_ISA,
  .modulus_limit = HE_FMA_LIMIT,
  .add = fma_add,
  .subtract = fma_subtract,
  .negate = fma_negate,
  .multiply = fma_multiply,
  .multiply_accumulate = fma_multiply_accumulate,
  .multiply_scalar = fma_multiply_scalar,
  .multiply_scalar_accumulate = fma_multiply_scalar_accumulate,
  .sum_of_products = fma_sum_of_products,
  .subtract_scale = fma_subtract_scale,
  .packed_key_words = fma_packed_key_words,
  .pack_key = fma_pack_key,
  .key_inner_product = fma_key_inner_product,
  .make_lazy = fma_make_lazy,
  .begin_digits = fma_begin_digits,
  .finish_key_product = fma_finish_key_product,
  .finish_quotient = fma_finish_quotient,
  .permute = HE_FMA_PERMUTE,
  .galois_coefficients = HE_FMA_GALOIS_COEFFICIENTS,
  .ntt_table_words = fma_ntt_table_words,
  .ntt_fill_tables = fma_ntt_fill_tables,
  .ntt_forward = fma_ntt_forward,
  .ntt_forward_lazy = fma_ntt_forward_lazy,
  .ntt_inverse = fma_ntt_inverse,
  .ntt_inverse_scaled = fma_ntt_inverse_scaled,
  .convert = fma_convert,
};
