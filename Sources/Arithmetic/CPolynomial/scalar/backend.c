// SPDX-License-Identifier: Apache-2.0

#include "../internal/he_switching.h"
#include "he_scalar.h"

HE_DEFINE_SWITCHING(static, he_scalar)

const he_kernels he_scalar_kernels = {
  .isa = HE_ISA_SCALAR,
  .modulus_limit = HE_MODULUS_LIMIT,
  .add = he_scalar_add,
  .subtract = he_scalar_subtract,
  .negate = he_scalar_negate,
  .multiply = he_scalar_multiply,
  .multiply_accumulate = he_scalar_multiply_accumulate,
  .multiply_scalar = he_scalar_multiply_scalar,
  .multiply_scalar_accumulate = he_scalar_multiply_scalar_accumulate,
  .sum_of_products = he_scalar_sum_of_products,
  .subtract_scale = he_scalar_subtract_scale,
  .packed_key_words = he_scalar_packed_key_words,
  .pack_key = he_scalar_pack_key,
  .key_inner_product = he_scalar_key_inner_product,
  .make_lazy = he_scalar_make_lazy,
  .begin_digits = he_scalar_begin_digits,
  .finish_key_product = he_scalar_finish_key_product,
  .finish_quotient = he_scalar_finish_quotient,
  .permute = he_scalar_permute,
  .galois_coefficients = he_scalar_galois_coefficients,
  .ntt_table_words = he_scalar_ntt_table_words,
  .ntt_fill_tables = he_scalar_ntt_fill_tables,
  .ntt_forward = he_scalar_ntt_forward,
  .ntt_forward_lazy = he_scalar_ntt_forward_lazy,
  .ntt_inverse = he_scalar_ntt_inverse,
  .ntt_inverse_scaled = he_scalar_ntt_inverse_scaled,
  .convert = he_scalar_convert,
};
