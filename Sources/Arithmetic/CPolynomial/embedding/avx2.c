// SPDX-License-Identifier: Apache-2.0

#include "embedding_shared.h"

#if defined(__x86_64__) && defined(__clang__)

#define HE_FFT_ISA HE_FFT_ISA_AVX2
#define HE_LANES 4
#define HE_LOG_RADIX 2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "backend_body.h"
#pragma clang attribute pop

const he_fft_kernels *he_fft_avx2_kernels_if_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernels : NULL;
}

#else

const he_fft_kernels *he_fft_avx2_kernels_if_supported(void) { return NULL; }

#endif
