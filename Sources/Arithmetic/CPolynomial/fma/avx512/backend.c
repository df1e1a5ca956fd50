// SPDX-License-Identifier: Apache-2.0

#include "../he_fma.h"

#if defined(__x86_64__) && defined(__clang__)

// The functions below may use the instructions, and only run where the CPU has them.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl"))), apply_to = function)

#define HE_FMA_ISA HE_ISA_AVX512
#define HE_FMA_PERMUTE he_avx512_permute
#define HE_FMA_GALOIS_COEFFICIENTS he_avx512_galois_coefficients
#include "../vector_avx512.h"
#include "../backend_body.h"

#pragma clang attribute pop

const he_kernels *he_avx512_kernels_if_supported(void) {
  __builtin_cpu_init();
  // These also ask whether the operating system saves the vector registers.
  bool supported =
    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return supported ? &fma_kernels : NULL;
}

#else

const he_kernels *he_avx512_kernels_if_supported(void) { return NULL; }

#endif
