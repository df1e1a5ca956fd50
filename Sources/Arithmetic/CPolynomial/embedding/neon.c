// SPDX-License-Identifier: Apache-2.0

#include "embedding_shared.h"

// Part of every aarch64 baseline.
#if defined(__aarch64__) && defined(__ARM_NEON)

#define HE_FFT_ISA HE_FFT_ISA_NEON
#define HE_LANES 2
#define HE_LOG_RADIX 3

#include "backend_body.h"

const he_fft_kernels *he_fft_neon_kernels_if_supported(void) { return &kernels; }

#else

const he_fft_kernels *he_fft_neon_kernels_if_supported(void) { return NULL; }

#endif
