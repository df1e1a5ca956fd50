// SPDX-License-Identifier: Apache-2.0

#include "../fma/he_fma.h"
#include "he_avx512ifma.h"
#include "vector.h"

#ifdef HE_HAS_AVX512IFMA

static const he_kernels avx512ifma_kernels = {
  .isa = HE_ISA_AVX512IFMA,
  .modulus_limit = HE_AVX512IFMA_LIMIT,
  .add = he_avx512ifma_add,
  .subtract = he_avx512ifma_subtract,
  .negate = he_avx512ifma_negate,
  .multiply = he_avx512ifma_multiply,
  .multiply_accumulate = he_avx512ifma_multiply_accumulate,
  .multiply_scalar = he_avx512ifma_multiply_scalar,
  .multiply_scalar_accumulate = he_avx512ifma_multiply_scalar_accumulate,
  .sum_of_products = he_avx512ifma_sum_of_products,
  .subtract_scale = he_avx512ifma_subtract_scale,
  .packed_key_words = he_avx512ifma_packed_key_words,
  .pack_key = he_avx512ifma_pack_key,
  .key_inner_product = he_avx512ifma_key_inner_product,
  .make_lazy = he_avx512ifma_make_lazy,
  .begin_digits = he_avx512ifma_begin_digits,
  .finish_key_product = he_avx512ifma_finish_key_product,
  .finish_quotient = he_avx512ifma_finish_quotient,
  .permute = he_avx512_permute,
  .galois_coefficients = he_avx512_galois_coefficients,
  .ntt_table_words = he_avx512ifma_ntt_table_words,
  .ntt_fill_tables = he_avx512ifma_ntt_fill_tables,
  .ntt_forward = he_avx512ifma_ntt_forward,
  .ntt_forward_lazy = he_avx512ifma_ntt_forward_lazy,
  .ntt_inverse = he_avx512ifma_ntt_inverse,
  .ntt_inverse_scaled = he_avx512ifma_ntt_inverse_scaled,
  .convert = he_avx512ifma_convert,
};

const he_kernels *he_avx512ifma_kernels_if_supported(void) {
  __builtin_cpu_init();
  // These also ask whether the operating system saves the vector registers.
  bool supported = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512ifma") && __builtin_cpu_supports("avx512vbmi");
  return supported ? &avx512ifma_kernels : NULL;
}

#else

const he_kernels *he_avx512ifma_kernels_if_supported(void) { return NULL; }

#endif
