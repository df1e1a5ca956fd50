// SPDX-License-Identifier: Apache-2.0

#include "embedding_shared.h"

#if defined(__x86_64__) && defined(__clang__)

#define HE_FFT_ISA HE_FFT_ISA_AVX512
#define HE_LANES 8
#define HE_LOG_RADIX 3

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#include "backend_body.h"
#pragma clang attribute pop

const he_fft_kernels *he_fft_avx512_kernels_if_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") ? &kernels : NULL;
}

#else

const he_fft_kernels *he_fft_avx512_kernels_if_supported(void) { return NULL; }

#endif
